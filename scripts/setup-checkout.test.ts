import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { World } from './setup-fakes.ts';
import { agrees, prepareCheckout } from './setup/checkout.mjs';
import { CODES } from './setup/errors.mjs';

let world: World;
let root: string;
beforeEach(() => {
  world = new World();
  root = join(world.root, 'checkout');
  mkdirSync(join(root, 'scripts/bundle'), { recursive: true });
  bundler(`fs.appendFileSync(${JSON.stringify(world.journal)}, 'bundle\\n')`);
  writeLockFile('1.0.0');
});
afterEach(() => {
  world.remove();
});

/** What bundles the commands. */
function bundler(code: string): void {
  writeFileSync(join(root, 'scripts/bundle/main.mjs'), `import fs from 'node:fs';\n${code};\n`);
}

type Packages = Record<string, object>;

function lockFileOf(packages: Packages): string {
  return JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'x' }, ...packages } });
}

function writeLockFile(version: string): void {
  writeFileSync(
    join(root, 'package-lock.json'),
    lockFileOf({ 'node_modules/a': { version, integrity: 'sha512-a' } }),
  );
}

/** An `npm` that installs a compiler for the filters, which records that it was called. */
function fakeNpm(
  compiler = `fs.appendFileSync(${JSON.stringify(world.journal)}, 'tsx ' + process.argv[2] + '\\n')`,
): void {
  const tsx = 'node_modules/tsx/dist';
  world.fake(
    'npm',
    `mkdir -p ${tsx}\ncat > ${tsx}/cli.mjs <<'CODE'\nimport fs from 'node:fs';\n${compiler};\nCODE`,
  );
}

const installs = (): number => world.calls().filter((call) => call.startsWith('npm ci')).length;

describe('the packages', () => {
  it('are installed when they are missing, and only then', async () => {
    fakeNpm();
    await prepareCheckout(root, world.context());
    expect(world.calls()).toEqual([
      'npm ci --include=dev --include=optional',
      'tsx protocol-filters/build.ts',
      'bundle',
    ]);
    await prepareCheckout(root, world.context());
    expect(installs()).toBe(1);
  });

  it('are installed again when the lock file changes, or when node_modules is gone', async () => {
    fakeNpm();
    await prepareCheckout(root, world.context());
    writeLockFile('1.0.1');
    await prepareCheckout(root, world.context());
    expect(installs()).toBe(2);
    rmSync(join(root, 'node_modules'), { recursive: true });
    await prepareCheckout(root, world.context());
    expect(installs()).toBe(3);
  });

  it('are installed once by two set-ups at once', async () => {
    fakeNpm();
    await Promise.all([prepareCheckout(root, world.context()), prepareCheckout(root, world.context())]);
    expect(installs()).toBe(1);
  });

  it('are left alone when npm itself recorded that they are those of the lock file', async () => {
    fakeNpm();
    await prepareCheckout(root, world.context());
    writeLockFile('1.0.1');
    writeFileSync(
      join(root, 'node_modules/.package-lock.json'),
      readFileSync(join(root, 'package-lock.json')),
    );
    await prepareCheckout(root, world.context());
    expect(installs()).toBe(1);
  });

  it('that cannot be installed leave an error with what npm said, and no stamp', async () => {
    world.fake('npm', 'mkdir -p node_modules; echo "npm error network" >&2; exit 7');
    await expect(prepareCheckout(root, world.context())).rejects.toMatchObject({
      code: 'COHORT_SETUP_NPM',
      message: expect.stringMatching(/exit code 7.*\nnpm error network/),
    });
    expect(readdirSync(join(root, 'node_modules'))).toEqual([]);
  });

  it('cannot be installed without npm', async () => {
    await expect(prepareCheckout(root, world.context())).rejects.toMatchObject({
      code: 'COHORT_SETUP_NPM',
      message: expect.stringContaining('npm cannot be started'),
    });
  });
});

it('says why the filters do not compile', async () => {
  fakeNpm("console.error('ERROR TS2322 in mqtt.ts'); process.exit(1)");
  await expect(prepareCheckout(root, world.context())).rejects.toMatchObject({
    code: 'COHORT_SETUP_FILTERS',
    message: expect.stringContaining('ERROR TS2322 in mqtt.ts'),
  });
  // The packages are fine: the next attempt does not install them again.
  expect(existsSync(join(root, 'node_modules/.cohort-lock-hash'))).toBe(true);
});

it('says why the commands cannot be bundled', async () => {
  fakeNpm();
  bundler("console.error('No matching export in main.ts'); process.exit(1)");
  await expect(prepareCheckout(root, world.context())).rejects.toMatchObject({
    code: 'COHORT_SETUP_COMMANDS',
    message: expect.stringContaining('No matching export in main.ts'),
  });
});

describe("npm's own record agrees with the lock file", () => {
  const a = { version: '1.0.0', integrity: 'sha512-a' };
  const foreign = { version: '1.0.0', integrity: 'sha512-f', optional: true, os: ['another'] };
  const table: [string, Packages, string | null, boolean][] = [
    ['the same packages', { a }, lockFileOf({ a }), true],
    ['an optional one for another platform left out', { a, foreign }, lockFileOf({ a }), true],
    ['a missing one', { a, b: a }, lockFileOf({ a }), false],
    [
      'an optional one for this platform missing',
      { a, b: { ...a, optional: true } },
      lockFileOf({ a }),
      false,
    ],
    ['one too many', { a }, lockFileOf({ a, b: a }), false],
    ['another version', { a }, lockFileOf({ a: { ...a, version: '1.0.1' } }), false],
    ['another content', { a }, lockFileOf({ a: { ...a, integrity: 'sha512-b' } }), false],
    ['no record', { a }, null, false],
    ['a record cut off', { a }, '{', false],
  ];
  it.each(table)('%s', (_, wanted, installed, same) => {
    expect(agrees(lockFileOf(wanted), installed)).toBe(same);
  });
});

it('documents every error code, and no other', () => {
  const page = readFileSync(new URL('../docs/decisions/0001-set-up.md', import.meta.url), 'utf8');
  const documented = page.match(/COHORT_SETUP_[A-Z_]+/g) ?? [];
  expect([...new Set(documented)].sort()).toEqual(Object.keys(CODES).sort());
  for (const [code, meaning] of Object.entries(CODES)) expect(page).toContain(`| ${code} | ${meaning} |`);
});

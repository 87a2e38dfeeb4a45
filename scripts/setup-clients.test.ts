import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { World } from './setup-fakes.ts';
import { provideClients } from './setup/clients.mjs';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.remove();
});

/** A pip that leaves a package where it is told to. */
const INSTALLS = 'while [ "$1" != --target ]; do shift; done\nmkdir -p "$2/paho"';

it('the Python clients are fetched once, and lie in the cache whole or not at all', async () => {
  world.fake('python3', INSTALLS);
  const { python } = await provideClients(world.context());
  expect(python?.path).toBe(join(world.cache, 'clients', 'paho-mqtt==2.2.0+websockets==15.0.1'));
  expect(existsSync(join(python?.path ?? '', 'paho'))).toBe(true);
  expect((await provideClients(world.context())).python).toEqual(python);
  expect(world.calls()).toEqual(['python3 -m pip install']);
});

it('takes the wheels with the pinned hashes and no others', async () => {
  const keeps = 'cp "$COHORT_CACHE"/clients/new-*.txt "$COHORT_CACHE/list.txt"';
  world.fake('python3', `${keeps}\n${INSTALLS}`);
  await provideClients(world.context());
  const lines = readFileSync(join(world.cache, 'list.txt'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/[0-9a-f]{64}$/, '…'))).toEqual([
    'paho-mqtt==2.2.0 --hash=sha256:…',
    'websockets==15.0.1 --hash=sha256:…',
  ]);
  expect(readdirSync(join(world.cache, 'clients'))).toEqual(['paho-mqtt==2.2.0+websockets==15.0.1']);
});

it('what cannot be had is no error: it is named, with the reason, and nothing is left of it', async () => {
  world.fake('python3', `${INSTALLS}\necho 'no such index' >&2; exit 1`);
  const { python, missing } = await provideClients(world.context());
  expect(python).toBeNull();
  expect(missing.join('\n')).toContain('paho-mqtt==2.2.0 and websockets==15.0.1: pip install failed');
  expect(missing.join('\n')).toContain('no such index');
  expect(readdirSync(join(world.cache, 'clients'))).toEqual([]);
});

/**
 * Compiles AssemblyScript filters to Wasm. The result depends on the sources and these options alone, and is made anew
 * only when they changed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * `stub`: no garbage collector (the SDK has its own memory, see `sdk/memory.ts`). `--use abort=`: a failed assertion of the
 * standard library would be a trap, and the host offers no `abort` to import. Bounds are the SDK's business: `noAssert`.
 */
const OPTIONS = [
  '--runtime',
  'stub',
  '-O3',
  '--converge',
  '--noAssert',
  '--exportStart',
  '_initialize',
  '--use',
  'abort=',
];

/** Folders whose files a filter may be made of. */
const SOURCES = ['protocol-filters/sdk', 'protocol-filters/filter', 'protocol-filters/protocols'];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Where a protocol of one's own is put while it is compiled, and what stands there otherwise. */
const CUSTOM = 'protocol-filters/protocols/custom.ts';
const OWN = 'protocol-filters/protocols/own.ts';
const CUSTOM_SOURCE = `import { define, Protocol } from './protocol';
import * as own from './own';
export const hasCustom: bool = true;
export const custom: Protocol = define(
  changetype<Protocol>(memory.data(offsetof<Protocol>())),
  own.read, own.field, own.messageAt, own.trust, own.redirect, own.end,
);
`;

/** Reads files for the compiler; those of the protocol come from elsewhere. */
function reader(protocol: string | undefined): (name: string, folder: string) => string | null {
  return (name, folder) => {
    const path = relative(ROOT, resolve(folder, name));
    if (protocol !== undefined && path === CUSTOM) return CUSTOM_SOURCE;
    if (protocol !== undefined && path === OWN) {
      return readFileSync(protocol, 'utf8').replace(/(['"])cohort\/protocol\1/g, "'./in-code'");
    }
    return readIfThere(join(ROOT, path)) || null;
  };
}

function fingerprint(entry: string, protocol: string | undefined): string {
  const hash = createHash('sha256').update(OPTIONS.join(' '));
  if (protocol !== undefined) hash.update(CUSTOM_SOURCE).update(readFileSync(protocol));
  hash.update(String(createRequire(import.meta.url)('assemblyscript/package.json').version));
  const folders = [...SOURCES.map((folder) => join(ROOT, folder)), dirname(entry)];
  for (const file of new Set(folders.flatMap(filesBelow))) {
    hash.update(relative(ROOT, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The compiler's own words on what is wrong. */
export class FilterCompileError extends Error {
  override name = 'FilterCompileError';
}

/**
 * Compiles the filter whose entry file is `entry` (absolute, or below the root) into `target` (`….wasm`), unless it is
 * there already from the same sources. Returns whether it compiled. Throws `FilterCompileError`.
 *
 * @param protocol a file with a protocol of one's own, to be compiled in (`docs/protocol-in-code.md`)
 */
export async function compileFilter(entry: string, target: string, protocol?: string): Promise<boolean> {
  const source = resolve(ROOT, entry);
  const output = resolve(ROOT, target);
  const stamp = `${output}.sources`;
  const wanted = fingerprint(source, protocol);
  if (readIfThere(stamp) === wanted) return false;
  mkdirSync(dirname(output), { recursive: true });
  const part = join(dirname(output), `.${process.pid}-${Date.now()}.wasm`);
  const { default: asc } = await import('assemblyscript/asc');
  const messages: string[] = [];
  const write = (text: string | Uint8Array) => messages.push(String(text)) > 0;
  const options = [...OPTIONS, '--baseDir', ROOT, '--outFile', relative(ROOT, part)];
  const { error } = await asc.main([relative(ROOT, source), ...options], {
    stdout: { write },
    stderr: { write },
    readFile: reader(protocol),
  });
  if (error) {
    rmSync(part, { force: true });
    throw new FilterCompileError(
      `${protocol ?? relative(ROOT, source)} does not compile:\n${messages.join('')}`,
    );
  }
  renameSync(part, output);
  writeFileSync(stamp, wanted);
  return true;
}

// Makes one program of the TypeScript that a process runs, so that it starts in a third of the time that compiling at start
// takes, and the pages of the dashboard. Whoever edits a file runs the TypeScript itself until the bundle is made anew
// (`fresh.mjs`).
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { COMMANDS, DASHBOARD, ENTRY, freshBundle, hashOf, INPUTS } from './fresh.mjs';

/**
 * Files beside a source are found from where the source lies, not from where the bundle does.
 * @param {string} directory of the bundle
 * @returns {import('esbuild').Plugin}
 */
function sourceLocations(directory) {
  return {
    name: 'source-locations',
    setup({ onLoad }) {
      onLoad({ filter: /\.(ts|mjs)$/, namespace: 'file' }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const loader = extname(path) === '.ts' ? 'ts' : 'js';
        if (!source.includes('import.meta.url')) return { contents: source, loader };
        const location = JSON.stringify(relative(directory, path));
        return {
          contents: source.replaceAll('import.meta.url', `new URL(${location}, import.meta.url).href`),
          loader,
        };
      });
    },
  };
}

/**
 * @param {string} root of the checkout
 * @param {{ entry: string, target: string }} program both relative to the root. Default: the commands
 * @returns {Promise<boolean>} whether it was made; false: it is up to date
 */
export async function bundle(root, { entry, target } = { entry: 'cli/main.ts', target: COMMANDS }) {
  return make(root, target, [], (directory) => ({
    entryPoints: [{ in: join(root, entry), out: 'main' }],
    outExtension: { '.js': extname(ENTRY) },
    splitting: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    plugins: [sourceLocations(directory)],
  }));
}

/** What a browser loads as it is, beside the script and the style that are made. */
const PAGE = 'control-plane/dashboard/page';

/**
 * The dashboard's pages: with the packages that they use, and nothing that has to be loaded from elsewhere.
 * @param {string} root of the checkout
 * @returns {Promise<boolean>} whether they were made; false: they are up to date
 */
export async function bundleDashboard(root) {
  const copied = readdirSync(join(root, PAGE)).map((name) => `${PAGE}/${name}`);
  return make(root, DASHBOARD, copied, () => ({
    entryPoints: [{ in: join(root, 'control-plane/dashboard/main.tsx'), out: 'dashboard' }],
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    // The settings for the type checker extend what an image does not have.
    tsconfigRaw: {},
  }));
}

/**
 * @param {string} root of the checkout
 * @param {string} target the bundle's directory, relative to the root
 * @param {readonly string[]} copied files that stand in it as they are, relative to the root
 * @param {(directory: string) => import('esbuild').BuildOptions} optionsFor what is made there
 */
async function make(root, target, copied, optionsFor) {
  if (freshBundle(root, target) !== undefined) return false;
  const directory = join(root, target);
  mkdirSync(dirname(directory), { recursive: true });
  const part = mkdtempSync(`${directory}-`);
  try {
    const { metafile } = await build({
      ...optionsFor(directory),
      absWorkingDir: root,
      outdir: part,
      bundle: true,
      format: 'esm',
      metafile: true,
      logLevel: 'silent',
    });
    for (const path of copied) copyFileSync(join(root, path), join(part, path.slice(dirname(path).length)));
    const paths = [...Object.keys(metafile?.inputs ?? {}), ...copied].sort();
    writeFileSync(join(part, INPUTS), JSON.stringify({ paths, hash: hashOf(root, paths) }));
    // Whoever runs it need not be who made it, as in an image.
    chmodSync(part, 0o755);
    rmSync(directory, { recursive: true, force: true });
    renameSync(part, directory);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return true;
}

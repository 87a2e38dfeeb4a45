import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle } from './bundle/bundle.mjs';
import { freshBundle } from './bundle/fresh.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cohort-bundle-'));
  mkdirSync(join(root, 'cli'));
  write(
    'cli/main.ts',
    "import { word } from './word.ts';\nconst said: string = await word();\nconsole.log(said);\n",
  );
  write(
    'cli/word.ts',
    "import fs from 'node:fs';\nexport const word = async () => fs.readFileSync(new URL('./word.txt', import.meta.url), 'utf8');\n",
  );
  write('cli/word.txt', 'hello');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}

it('runs as the sources do, finds files beside them, and is made again only when they have changed', async () => {
  expect(freshBundle(root)).toBeUndefined();
  expect(await bundle(root)).toBe(true);
  const entry = freshBundle(root) ?? '';
  expect(execFileSync(process.execPath, [entry], { encoding: 'utf8' })).toBe('hello\n');
  expect(await bundle(root)).toBe(false);

  write('cli/word.ts', "export const word = async () => 'good-bye';\n");
  expect(freshBundle(root)).toBeUndefined();
  expect(await bundle(root)).toBe(true);
  expect(execFileSync(process.execPath, [entry], { encoding: 'utf8' })).toBe('good-bye\n');
});

it('is not there when its sources are wrong', async () => {
  write('cli/main.ts', "import './missing.ts';\n");
  await expect(bundle(root)).rejects.toThrow('missing.ts');
  expect(freshBundle(root)).toBeUndefined();
});

#!/usr/bin/env node
// Starts `cohort`: the bundle that the set-up made, or the TypeScript as it is, through tsx, where that has changed since.
import '../scripts/setup/require-node.mjs';
import process from 'node:process';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { freshBundle } from '../scripts/bundle/fresh.mjs';

const bundle = freshBundle(fileURLToPath(new URL('..', import.meta.url)));
if (bundle !== undefined) {
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(bundle).href);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import('../cli/main.ts');
}

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { ROOTS } from './roots.ts';
import { generate } from './typescript.ts';

/** Writes `envoy/resources/generated` anew. Run by `npm run generate:resources`. */
const directory = new URL('../generated/', import.meta.url);
mkdirSync(directory, { recursive: true });
const files = generate(ROOTS);
for (const name of readdirSync(directory)) if (!files.has(name)) rmSync(new URL(name, directory));
for (const [name, code] of files) writeFileSync(new URL(name, directory), code);
console.log(`envoy/resources/generated: ${files.size} files`);

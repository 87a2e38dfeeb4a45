import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOTS } from './roots.ts';
import { generate } from './typescript.ts';

test('the generated files are what the generator makes now', () => {
  const directory = new URL('../generated/', import.meta.url);
  const made = generate(ROOTS);
  expect(readdirSync(directory).sort()).toEqual([...made.keys()]);
  for (const [name, code] of made) {
    const found = readFileSync(new URL(name, directory), 'utf8');
    expect(found === code, `${name} is out of date: run npm run generate:resources`).toBe(true);
  }
});

test('a root that the API does not have is named', () => {
  expect(() => generate(['envoy.Nonsense'])).toThrow('no message envoy.Nonsense');
});

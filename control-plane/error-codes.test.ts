import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERRORS } from './errors.ts';

const SOURCES = ['control-plane', 'cli', 'greeter', 'local'];

/** Codes that the sources name, in code and in comments; `COHORT_STORE_…` stands for several and is none. */
function namedCodes(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const directory of SOURCES) {
    const root = join(import.meta.dirname, '..', directory);
    for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file === 'errors.ts') continue;
      const text = readFileSync(join(root, file), 'utf8');
      for (const [code] of text.matchAll(/\bCOHORT_(?:[A-Z]+_)*[A-Z]+\b(?!_)/g)) {
        found.set(code, [...(found.get(code) ?? []), join(directory, file)]);
      }
    }
  }
  return found;
}

it('every code that is thrown, or promised by a comment, is in the table; every code of the table is used', () => {
  const named = namedCodes();
  const notErrors = [...named.keys()].filter((code) => !(code in ERRORS));
  // Names of environment variables and constants begin alike.
  expect(
    notErrors.filter((code) =>
      /_(STORE|XDS|ADMIN|SERVER|PIN|PROXY|QUARANTINE|LEADER|REQUEST|GREETER)_/.test(code),
    ),
  ).toEqual([]);
  expect(Object.keys(ERRORS).filter((code) => !named.has(code))).toEqual([]);
});

/** `docs/errors.md`: `npx vitest run -u control-plane/error-codes.test.ts` writes it anew. */
function documented(): string {
  const entries = Object.entries(ERRORS).map(
    ([code, { status, title, remedy }]) => `## ${code}\n\n${status}. ${title}.\n\n${remedy}\n`,
  );
  return [
    '# Error codes\n',
    'Made from [control-plane/errors.ts](../control-plane/errors.ts). Each code with its HTTP status, what it means, and what',
    'to do. Codes are stable: programs may branch on them.\n',
    ...entries,
  ].join('\n');
}

it('docs/errors.md has every code, in the words of the table', async () => {
  await expect(documented()).toMatchFileSnapshot('../docs/errors.md');
});

it('the table is in alphabetical order', () => {
  expect(Object.keys(ERRORS)).toEqual(Object.keys(ERRORS).sort());
});

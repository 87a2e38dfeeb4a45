import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERRORS } from '../../../control-plane/errors.ts';
import { EXITS, exitOf, wordsOf } from './failure.ts';

it.each([
  [404, {}, 'NOT_FOUND'],
  [409, {}, 'CONFLICT'],
  [409, { devices: 3 }, 'REFUSED'],
  [412, {}, 'CONFLICT'],
  [401, {}, 'DENIED'],
  [400, {}, 'USAGE'],
  [415, {}, 'USAGE'],
  [502, {}, 'UNAVAILABLE'],
  [503, {}, 'UNAVAILABLE'],
  [507, {}, 'UNAVAILABLE'],
  [500, {}, 'FAILED'],
] as const)('status %i with %o ends with %s', (status, problem, exit) => {
  expect(exitOf(status, problem)).toBe(exit);
});

it('every status of the table of errors has an exit code that is no success', () => {
  for (const { status } of Object.values(ERRORS)) expect(EXITS[exitOf(status, {})][0]).toBeGreaterThan(0);
});

it('docs/ctl.md has the exit codes, in the words of the table', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/ctl.md'), 'utf8');
  const rows = [...docs.matchAll(/^\| (\d) +\| (.+?) +\|$/gm)].map(([, code, words]) => [
    Number(code),
    words,
  ]);
  expect(rows).toEqual(Object.values(EXITS));
});

it('says the code, what happened, what has changed, and what to do', () => {
  const problem = {
    code: 'COHORT_X',
    title: 'It is so',
    detail: 'this happened',
    remedy: 'Say `?force=true`.',
    etag: '"7"',
    changes: [{ pointer: '/weight', was: 1, is: 2 }, { pointer: '' }],
    errors: [
      { pointer: '/a', message: 'is wrong' },
      { pointer: '', message: 'is missing' },
    ],
  };
  expect(wordsOf(problem).split('\n')).toEqual([
    'COHORT_X: It is so',
    '  this happened',
    '  /a: is wrong',
    '  the whole: is missing',
    '  /weight: 1 → 2',
    '  the whole: nothing → nothing',
    '  its etag is "7" now',
    'To do: Say `--force`.',
  ]);
});

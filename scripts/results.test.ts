import { describe, expect, it } from 'vitest';
import type { Report } from './results.mjs';
import { ending, judge, readAllowedSkips } from './results.mjs';

/** A report of one file with tests of these statuses, named t0, t1, … in the suite s. */
function report(statuses: string[], file: { status?: string; message?: string } = {}): Report {
  const assertionResults = statuses.map((status, index) => ({
    ancestorTitles: ['s'],
    title: `t${index}`,
    status,
  }));
  const status = statuses.includes('failed') ? 'failed' : 'passed';
  return { testResults: [{ name: '/checkout/test/a.test.ts', status, ...file, assertionResults }] };
}

/** One test with what its tries said. */
function withMessages(status: 'passed' | 'failed', failureMessages: string[]): Report {
  const { testResults } = report([status]);
  return {
    testResults: testResults.map((file) => ({
      ...file,
      assertionResults: file.assertionResults.map((test) => ({ ...test, failureMessages })),
    })),
  };
}

const NAME = 'test/a.test.ts > s > t0';

describe('counting', () => {
  const table: [string, Report, number, number][] = [
    ['no test', { testResults: [] }, 0, 0],
    ['tests that passed and failed', report(['passed', 'passed', 'failed']), 2, 1],
    ['a file that could not be loaded', report([], { status: 'failed', message: 'no such module' }), 0, 1],
    ['a file whose hook failed', report(['passed'], { status: 'failed' }), 1, 1],
  ];
  it.each(table)('%s', (_, given, passed, failed) => {
    const judged = judge(given, [], '/checkout');
    expect({ ...judged, failed: judged.failed.length }).toEqual({
      passed,
      failed,
      problems: [],
      retried: [],
    });
  });

  it('names what failed, with the beginning of what each try said', () => {
    const stack = Array.from({ length: 40 }, (_, index) => `    at line ${index}`).join('\n');
    const messages = [`\u001b[31mError: no\u001b[39m\n${stack}`, 'Error: again no'];
    const [text = ''] = judge(withMessages('failed', messages), [], '/checkout').failed;
    expect(text.split('\n').slice(0, 4)).toEqual([NAME, '  try 1:', '  Error: no', '      at line 0']);
    expect(text.split('\n').slice(-3)).toEqual(['      at line 10', '  try 2:', '  Error: again no']);
    expect(
      judge(report([], { status: 'failed', message: 'no such module' }), [], '/checkout').failed,
    ).toEqual(['test/a.test.ts\n  no such module']);
  });

  it('names what passed at a later try', () => {
    const { passed, failed, retried } = judge(withMessages('passed', ['Error: late']), [], '/checkout');
    expect({ passed, failed, retried }).toEqual({
      passed: 1,
      failed: [],
      retried: [`${NAME}\n  Error: late`],
    });
    expect(ending({ failures: ['b'], retried })).toBe(
      `PASSED AT A LATER TRY ${NAME}\n  Error: late\nFAILED b\n`,
    );
  });
});

describe('tests that did not run', () => {
  it.each(['skipped', 'pending', 'todo'])('%s: a problem, unless allowed', (status) => {
    expect(judge(report([status]), [], '/checkout')).toEqual({
      passed: 0,
      failed: [],
      retried: [],
      problems: [`skipped, but not in test/allowed-skips.json: ${NAME}`],
    });
    expect(judge(report([status]), [{ test: NAME, reason: 'no IPv6 here' }], '/checkout').problems).toEqual(
      [],
    );
  });

  it('a test that is allowed to skip may run', () => {
    expect(judge(report(['passed']), [{ test: NAME, reason: 'no IPv6 here' }], '/checkout').problems).toEqual(
      [],
    );
  });

  it('an entry that names no test is a problem, and so is one without a reason', () => {
    expect(judge(report(['passed']), [{ test: 'gone', reason: 'x' }], '/checkout').problems).toEqual([
      'test/allowed-skips.json names a test that does not exist: gone',
    ]);
    expect(judge(report(['skipped']), [{ test: NAME, reason: ' ' }], '/checkout').problems).toEqual([
      `test/allowed-skips.json gives no reason for: ${NAME}`,
    ]);
  });
});

it.each([[{}], [[null]], [[{ test: 'a' }]], [[{ test: 1, reason: 'x' }]]])(
  'refuses %j as a list of skips',
  (json) => {
    expect(() => readAllowedSkips(json)).toThrow('test/allowed-skips.json');
  },
);

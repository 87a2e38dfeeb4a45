import { describe, expect, it } from 'vitest';
import type { Report } from './results.mjs';
import { judge, readAllowedSkips } from './results.mjs';

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

const NAME = 'test/a.test.ts > s > t0';

describe('counting', () => {
  const table: [string, Report, number, number][] = [
    ['no test', { testResults: [] }, 0, 0],
    ['tests that passed and failed', report(['passed', 'passed', 'failed']), 2, 1],
    ['a file that could not be loaded', report([], { status: 'failed', message: 'no such module' }), 0, 1],
    ['a file whose hook failed', report(['passed'], { status: 'failed' }), 1, 1],
  ];
  it.each(table)('%s', (_, given, passed, failed) => {
    expect(judge(given, [], '/checkout')).toEqual({ passed, failed, problems: [] });
  });
});

describe('tests that did not run', () => {
  it.each(['skipped', 'pending', 'todo'])('%s: a problem, unless allowed', (status) => {
    expect(judge(report([status]), [], '/checkout')).toEqual({
      passed: 0,
      failed: 0,
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

import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import { ProblemLog } from './problem-log.ts';

it('says once that something is wrong, with its code and what to do, and once that it is over', () => {
  const lines: { level: number; code?: string; msg: string }[] = [];
  const log = new ProblemLog(
    pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) }),
  );
  const negative = (value: number): CohortError =>
    new CohortError('COHORT_AGENT_VALUE', `queue is ${value}`, { details: { what: 'queue' } });
  const down = new CohortError('COHORT_AGENT_ENDPOINT', 'http://a does not answer', {
    details: { what: 'http://a' },
  });
  log.tell([negative(-1)]);
  log.tell([negative(-2), down]);
  log.tell([negative(-3)]);
  log.tell([]);
  log.tell([]);
  expect(lines.map(({ code, msg }) => [code, msg])).toEqual([
    ['COHORT_AGENT_VALUE', expect.stringMatching(/^queue is -1\. Correct what gives it/)],
    ['COHORT_AGENT_ENDPOINT', expect.stringMatching(/^http:\/\/a does not answer\. Check the URL/)],
    [undefined, 'over after one measurement: COHORT_AGENT_ENDPOINT: http://a'],
    [undefined, 'over after 3 measurements: COHORT_AGENT_VALUE: queue'],
  ]);
});

import { expect, it } from 'vitest';
import { objectionOf } from './objection.ts';

const problem = (status: number, code: string, rest: object = {}) => ({
  ...{ status, code, detail: 'server-1 is the last one', remedy: 'add a server.' },
  ...rest,
});

it('a guard can be overruled, and names its devices', () => {
  expect(objectionOf(problem(409, 'COHORT_LAST_SERVER', { devices: 12 }))).toEqual({
    kind: 'guarded',
    title: 'This would hurt devices',
    words: 'Server-1 is the last one.',
    devices: 12,
  });
});

it('says what somebody else has changed', () => {
  const changes = [{ pointer: '/state', was: 'active', is: 'draining' }];
  const { kind, words } = objectionOf(problem(412, 'COHORT_PRECONDITION_FAILED', { changes }));
  expect(kind).toBe('changed');
  expect(words).toContain('State was "active" and is "draining".');
});

it('hands on anything else with its remedy', () => {
  expect(objectionOf(problem(503, 'COHORT_STORE_UNAVAILABLE'))).toMatchObject({
    kind: 'refused',
    words: 'Server-1 is the last one. Add a server.',
  });
});

import type { IKeyValue, ITxnResponse } from 'etcd3';
import { describe, expect, it } from 'vitest';
import type { Transaction } from './store.ts';
import { conflictError, fencedError, outcome, toRequest } from './transaction.ts';

const PREFIX = '/cohort/x/';

interface Present {
  value?: string;
  mod: number;
  create?: number;
  lease?: string;
}

/** etcd's answer to a transaction whose conditions did not hold. */
function refused(present: Record<string, Present>): ITxnResponse {
  const responses = Object.entries(present).map(([key, { value = '', mod, create = mod, lease = '0' }]) => ({
    response_range: {
      kvs: [
        {
          key: Buffer.from(PREFIX + key),
          value: Buffer.from(value),
          mod_revision: String(mod),
          create_revision: String(create),
          version: '1',
          lease,
        } as IKeyValue,
      ],
    },
  }));
  return { succeeded: false, header: { revision: '100' }, responses } as unknown as ITxnResponse;
}

const WRITE: Transaction = {
  ifs: [{ key: 'a', revision: 5 }],
  fence: { key: 'elections/r/1', createRevision: 3 },
  then: [{ put: 'a', value: 'new' }, { put: 'b', value: 'new', lease: '7' }, { delete: 'c' }],
};
const LEADS: Record<string, Present> = { 'elections/r/1': { mod: 9, create: 3 } };

describe('the request', () => {
  it('compares, writes, and reads whatever it would compare or write', () => {
    const request = toRequest(PREFIX, WRITE);
    expect(request.compare).toMatchObject([
      { key: Buffer.from('/cohort/x/a'), mod_revision: 5 },
      { key: Buffer.from('/cohort/x/elections/r/1'), create_revision: 3 },
    ]);
    expect(request.success).toMatchObject([
      { request_put: { key: Buffer.from('/cohort/x/a'), value: Buffer.from('new') } },
      { request_put: { key: Buffer.from('/cohort/x/b'), lease: '7' } },
      { request_delete_range: { key: Buffer.from('/cohort/x/c') } },
    ]);
    expect(request.failure?.map(({ request_range }) => request_range?.key?.toString())).toEqual([
      '/cohort/x/a',
      '/cohort/x/elections/r/1',
      '/cohort/x/b',
      '/cohort/x/c',
    ]);
  });

  it('has no more operations than etcd takes', () => {
    const puts = (count: number): Transaction => ({
      then: Array.from({ length: count }, (_, i) => ({ put: String(i), value: '' })),
    });
    expect(toRequest(PREFIX, puts(128)).success).toHaveLength(128);
    expect(() => toRequest(PREFIX, puts(129))).toThrow('over 129 keys');
  });
});

describe('the outcome', () => {
  it('is done at its revision when the conditions held', () => {
    const response = {
      succeeded: true,
      header: { revision: '12' },
      responses: [],
    } as unknown as ITxnResponse;
    expect(outcome(PREFIX, WRITE, response, false)).toEqual({ kind: 'done', revision: 12 });
  });

  it.each<[string, Record<string, Present>, { key: string; expected: number; actual: number }[]]>([
    ['a key that changed', { ...LEADS, a: { mod: 6 } }, [{ key: 'a', expected: 5, actual: 6 }]],
    ['a key that is gone', LEADS, [{ key: 'a', expected: 5, actual: 0 }]],
  ])('names %s', (_, present, conflicts) => {
    expect(outcome(PREFIX, WRITE, refused(present), false)).toEqual({ kind: 'conflict', conflicts });
  });

  it.each<[string, Record<string, Present>]>([
    ['the key of the candidate is gone', { a: { mod: 5 } }],
    ['it is another of the same name', { a: { mod: 5 }, 'elections/r/1': { mod: 9, create: 9 } }],
    ['and something else has changed, too', { a: { mod: 6 } }],
  ])('is fenced when %s', (_, present) => {
    expect(outcome(PREFIX, WRITE, refused(present), false)).toEqual({ kind: 'fenced' });
  });

  const DONE: Record<string, Present> = {
    a: { value: 'new', mod: 20 },
    b: { value: 'new', mod: 20, lease: '7' },
  };

  it('is done when an attempt without an answer had done it, whoever leads since', () => {
    expect(outcome(PREFIX, WRITE, refused(DONE), true)).toEqual({ kind: 'done', revision: 20 });
  });

  it.each<[string, Record<string, Present>]>([
    ['its values stand, but no attempt went without an answer', DONE],
    ['one value is another', { ...DONE, a: { value: 'other', mod: 20 } }],
    ['the values were written one by one', { ...DONE, a: { value: 'new', mod: 21 } }],
    ['a value lives under another lease', { ...DONE, b: { value: 'new', mod: 20 } }],
    ['what it deletes is there', { ...DONE, c: { mod: 20 } }],
  ])('is not done when %s', (what, present) => {
    const uncertain = !what.startsWith('its values stand');
    expect(outcome(PREFIX, WRITE, refused(present), uncertain).kind).not.toBe('done');
  });
});

it('says what changed', () => {
  const error = conflictError([
    { key: 'a', expected: 5, actual: 6 },
    { key: 'b', expected: 5, actual: 0 },
    { key: 'c', expected: 0, actual: 7 },
  ]);
  expect(error.code).toBe('COHORT_STORE_CONFLICT');
  expect(error.message).toBe(
    'nothing was written: a is at revision 6, not 5; b is gone (expected at revision 5); c exists already, at revision 7',
  );
  expect(error.details['conflicts']).toHaveLength(3);
  expect(fencedError(WRITE).message).toContain('elections/r/1');
});

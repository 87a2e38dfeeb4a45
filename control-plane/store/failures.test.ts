import {
  EtcdError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCDeadlineExceededError,
  GRPCInvalidArgumentError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnavailableError,
  GRPCUnknownError,
} from 'etcd3';
import { expect, it } from 'vitest';
import { classify, refusal, unavailable } from './failures.ts';

it.each([
  [new GRPCUnavailableError('14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED')],
  [new GRPCUnavailableError('14 UNAVAILABLE: etcdserver: no leader')],
  [new GRPCResourceExhastedError('8 RESOURCE_EXHAUSTED: etcdserver: too many requests')],
])('takes "%s" for nothing done', (error) => {
  expect(classify(error).kind).toBe('unsent');
});

it.each([
  [new GRPCUnavailableError('14 UNAVAILABLE: read ECONNRESET')],
  [new GRPCUnavailableError('14 UNAVAILABLE: etcdserver: request timed out')],
  [new GRPCUnavailableError('14 UNAVAILABLE: etcdserver: leader changed')],
  [new GRPCDeadlineExceededError('4 DEADLINE_EXCEEDED: Deadline exceeded after 1.000s')],
  [new GRPCUnknownError('2 UNKNOWN: Stream removed')],
])('takes "%s" for possibly done', (error) => {
  expect(classify(error).kind).toBe('uncertain');
});

it.each([
  [new GRPCOutOfRangeError('11: etcdserver: mvcc: required revision has been compacted'), 'COMPACTED'],
  [new GRPCResourceExhastedError('8: etcdserver: mvcc: database space exceeded'), 'FULL'],
  [new GRPCInvalidArgumentError('3: etcdserver: request is too large'), 'TOO_LARGE'],
  [new GRPCResourceExhastedError('8: grpc: received message larger than max (3 vs. 2)'), 'TOO_LARGE'],
  [new EtcdLeaseInvalidError('7'), 'LEASE_LOST'],
  [new Error('5 NOT_FOUND: etcdserver: requested lease not found'), 'LEASE_LOST'],
  [new EtcdPermissionDeniedError('7 PERMISSION_DENIED: etcdserver: permission denied'), 'REFUSED'],
  [
    new EtcdError('3 INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password'),
    'REFUSED',
  ],
  [new GRPCUnknownError('2 UNKNOWN: etcdserver: something new'), 'FAILED'],
  [new GRPCInvalidArgumentError('3: etcdserver: duplicate key given in txn request'), 'FAILED'],
  [new TypeError('a defect'), 'FAILED'],
])('takes "%s" for a refusal: %s', (error, code) => {
  expect(classify(error)).toMatchObject({ kind: 'refused', code: `COHORT_STORE_${code}` });
});

it('names the call, the members and the doubt', () => {
  const reasons = new Map([
    ['http://a', 'silent'],
    ['http://b', 'refused'],
  ]);
  const error = unavailable('put servers/a', 5000, reasons, true);
  expect(error.message).toBe(
    'put servers/a: etcd did not answer within 5000 ms (http://a: silent; http://b: refused). It may have happened all the same.',
  );
  expect(error.details).toEqual({
    members: { 'http://a': 'silent', 'http://b': 'refused' },
    uncertain: true,
  });
  expect(unavailable('get a', 1, reasons, false).message).not.toContain('may have');
  const failure = { kind: 'refused', code: 'COHORT_STORE_FULL', why: 'full' } as const;
  expect(refusal('put a', failure, undefined).message).toBe('put a: full');
});

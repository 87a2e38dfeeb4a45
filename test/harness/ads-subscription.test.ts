import { expect, test } from 'vitest';
import { DeltaSubscription } from './ads-subscription.ts';
import type { DeltaContent, VersionedResource } from './ads-subscription.ts';

const any = { type_url: 't', value: Buffer.alloc(0) };

function stored(versions: Record<string, string>): Map<string, VersionedResource> {
  return new Map(Object.entries(versions).map(([name, version]) => [name, { name, version, any }]));
}

function brief(content: DeltaContent | undefined): unknown {
  return (
    content && {
      set: content.resources.map(({ name, version }) => `${name}=${version}`),
      gone: content.removed,
    }
  );
}

test('a wildcard subscriber gets everything, an empty first answer included, then only what changed', () => {
  const subscription = new DeltaSubscription();
  expect(subscription.onRequest({}).answer).toBe('all');
  const empty = subscription.diff(stored({}));
  expect(brief(empty)).toEqual({ set: [], gone: [] });
  subscription.onSend('1', empty ?? { resources: [], removed: [] });
  expect(subscription.onRequest({ response_nonce: '1' })).toMatchObject({
    acked: { nonce: '1' },
    answer: undefined,
  });
  expect(subscription.diff(stored({}))).toBeUndefined();
  const two = subscription.diff(stored({ a: '1', b: '1' }));
  expect(brief(two)).toEqual({ set: ['a=1', 'b=1'], gone: [] });
  subscription.onSend('2', two ?? { resources: [], removed: [] });
  expect(brief(subscription.diff(stored({ a: '2' })))).toEqual({ set: ['a=2'], gone: ['b'] });
});

test('a named resource that does not exist is answered once as removed, and sent when it comes to be', () => {
  const subscription = new DeltaSubscription();
  const { answer } = subscription.onRequest({ resource_names_subscribe: ['a'] });
  const missing = subscription.diff(stored({ other: '1' }), answer);
  expect(brief(missing)).toEqual({ set: [], gone: ['a'] });
  subscription.onSend('1', missing ?? { resources: [], removed: [] });
  expect(subscription.diff(stored({}))).toBeUndefined();
  expect(brief(subscription.diff(stored({ a: '1', other: '1' })))).toEqual({ set: ['a=1'], gone: [] });
});

test('a reopened stream is told only what its initial versions lack', () => {
  const subscription = new DeltaSubscription();
  subscription.onRequest({
    resource_names_subscribe: ['a', 'b', 'c'],
    initial_resource_versions: { a: '1', b: '1', c: '1' },
  });
  expect(brief(subscription.diff(stored({ a: '1', b: '2' })))).toEqual({ set: ['b=2'], gone: ['c'] });
});

test('who subscribes again gets the resource again; who unsubscribed is told nothing', () => {
  const subscription = new DeltaSubscription();
  const resources = stored({ a: '1', b: '1' });
  subscription.onRequest({ resource_names_subscribe: ['a', 'b'] });
  subscription.onSend('1', subscription.diff(resources) ?? { resources: [], removed: [] });
  expect(subscription.diff(resources)).toBeUndefined();
  const again = subscription.onRequest({
    resource_names_subscribe: ['a'],
    resource_names_unsubscribe: ['b'],
    response_nonce: '1',
  });
  expect(brief(subscription.diff(resources, again.answer))).toEqual({ set: ['a=1'], gone: [] });
  expect(brief(subscription.diff(stored({ a: '1', b: '2' })))).toEqual({ set: ['a=1'], gone: [] });
});

test('a refused response names its versions and is not sent again until it changes; held names wait', () => {
  const subscription = new DeltaSubscription();
  subscription.onRequest({ resource_names_subscribe: ['a'] });
  const resources = stored({ a: '1' });
  expect(subscription.diff(resources, 'all', (name) => name === 'a')).toBeUndefined();
  subscription.onSend('1', subscription.diff(resources) ?? { resources: [], removed: [] });
  const outcome = subscription.onRequest({
    response_nonce: '1',
    error_detail: { message: 'no such filter' },
  });
  expect(outcome.nacked?.message).toBe('no such filter');
  expect([...(outcome.nacked?.versions ?? [])]).toEqual([['a', '1']]);
  expect(subscription.diff(resources)).toBeUndefined();
  expect(brief(subscription.diff(stored({ a: '2' })))).toEqual({ set: ['a=2'], gone: [] });
});

test('a nonce of long ago is neither an ACK nor a NACK', () => {
  const subscription = new DeltaSubscription();
  subscription.onRequest({});
  expect(subscription.onRequest({ response_nonce: 'unknown' })).toEqual({ answer: undefined });
});

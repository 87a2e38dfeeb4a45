import { expect, it } from 'vitest';
import { PushTimes } from './push-times.ts';
import type { Snapshot } from './snapshot.ts';

const snapshot = (versions: Record<string, string>): Snapshot => {
  const resources = Object.entries(versions).map(
    ([name, version]) => [name, { name, version, bytes: Buffer.alloc(0) }] as const,
  );
  return new Map([['type', new Map(resources)]]);
};
const ack = (versions: Record<string, string>): { typeUrl: string; versions: Map<string, string> } => ({
  typeUrl: 'type',
  versions: new Map(Object.entries(versions)),
});

it('counts from the oldest change that is acknowledged, and not anew for what stays as it is', () => {
  const times = new PushTimes();
  times.published(snapshot({ a: '1', b: '1' }), 100);
  times.published(snapshot({ a: '1', b: '2' }), 500);
  expect(times.acknowledged(ack({ b: '2' }), 0, 530)).toBe(30);
  expect(times.acknowledged(ack({ a: '1', b: '2' }), 0, 530)).toBe(430);
});

it('counts from the connection on for what was there before the proxy', () => {
  const times = new PushTimes();
  times.published(snapshot({ a: '1' }), 100);
  expect(times.acknowledged(ack({ a: '1' }), 90_000, 90_020)).toBe(20);
});

it('what is no longer the latest, or is gone, counts for nothing', () => {
  const times = new PushTimes();
  times.published(snapshot({ a: '1', b: '1' }), 100);
  times.published(snapshot({ a: '2' }), 200);
  expect(times.acknowledged(ack({ a: '1', b: '1' }), 0, 300)).toBeUndefined();
  expect(times.acknowledged({ ...ack({}), typeUrl: 'another' }, 0, 300)).toBeUndefined();
});

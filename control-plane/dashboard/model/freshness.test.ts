import { expect, it } from 'vitest';
import { canWrite, freshnessOf } from './freshness.ts';

const NOW = 1_000_000;
const broken = { state: 'broken', since: NOW - 5_000, why: 'it has ended', retryAt: NOW + 1_500 } as const;
const fine = { lastAt: NOW - 1_000, error: undefined, stale: undefined };

it('is live only while both the stream and the readings are', () => {
  expect(freshnessOf({ state: 'live' }, fine, NOW)).toEqual({ kind: 'live' });
  expect(freshnessOf({ state: 'connecting' }, fine, NOW)).toEqual({ kind: 'connecting' });
  const polling = freshnessOf(broken, fine, NOW);
  expect(polling).toMatchObject({ kind: 'polling' });
  expect('words' in polling && polling.words).toContain('Trying again in 2 s');
});

it('says of when it is once nobody answers', () => {
  const lost = freshnessOf(broken, { ...fine, lastAt: NOW - 7_000, error: 'no answer' }, NOW);
  expect(lost.kind).toBe('lost');
  expect('words' in lost && lost.words).toContain('7 s old');
  expect(canWrite(lost)).toBe(false);
  // A reading that hangs is no answer, either.
  expect(freshnessOf({ state: 'live' }, { ...fine, lastAt: NOW - 11_000 }, NOW).kind).toBe('lost');
  expect(freshnessOf(broken, { ...fine, lastAt: undefined, error: 'no answer' }, NOW).kind).toBe('lost');
});

it('a stream that goes on at once, as when another replica leads, is no alarm', () => {
  const just = { ...broken, since: NOW - 1_000 };
  const refused = { ...fine, error: 'no replica leads', isAnswered: true };
  expect(freshnessOf(just, fine, NOW)).toEqual({ kind: 'connecting' });
  expect(freshnessOf(just, refused, NOW)).toEqual({ kind: 'connecting' });
  const lost = freshnessOf(broken, { ...refused, lastAt: NOW - 11_000 }, NOW);
  expect('title' in lost && lost.title).toContain('no replica leads');
});

it('one reading that fails while the stream lives is no alarm', () => {
  expect(freshnessOf({ state: 'live' }, { ...fine, error: 'no answer' }, NOW).kind).toBe('live');
});

it('hands on what REST says of itself', () => {
  const stale = { why: 'no quorum', parts: ['servers'], partial: true };
  const found = freshnessOf({ state: 'live' }, { ...fine, stale }, NOW);
  expect(found).toMatchObject({ kind: 'stale' });
  expect('words' in found && found.words).toContain('no quorum');
  expect(canWrite(found)).toBe(false);
});

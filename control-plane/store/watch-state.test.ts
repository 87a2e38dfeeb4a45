import { describe, expect, it } from 'vitest';
import type { Change, Entry, Listing } from './store.ts';
import { WatchState } from './watch-state.ts';

function entry(key: string, revision: number): Entry {
  return { key, revision, createRevision: 1, value: Buffer.from(`${key}@${revision}`), lease: undefined };
}

/** `a@3` is a write, `-a@3` a deletion. */
function change(text: string): Change {
  const [, minus, key = '', revision] = /^(-?)(.*)@(\d+)$/.exec(text) ?? [];
  const at = Number(revision);
  return { key, revision: at, entry: minus === '-' ? undefined : entry(key, at) };
}

function listing(revision: number, ...entries: string[]): Listing {
  return { revision, entries: entries.flatMap((text) => change(text).entry ?? []) };
}

function say(changes: readonly Change[]): string[] {
  return changes.map(({ key, revision, entry: now }) => `${now ? '' : '-'}${key}@${revision}`);
}

/** What was told, in the words of `change`. */
function told(event: ReturnType<WatchState['applyListing']>): object | undefined {
  if (event?.kind !== 'snapshot') return event;
  return { revision: event.revision, changes: say(event.changes), reset: event.reset };
}

describe('a listing', () => {
  it('is told the first time, even if it is empty', () => {
    expect(told(new WatchState().applyListing(listing(7)))).toEqual({
      revision: 7,
      changes: [],
      reset: false,
    });
  });

  it('is told as the difference to what is known, and whole', () => {
    const state = new WatchState();
    state.applyListing(listing(7, 'a@1', 'b@2', 'c@3'));
    const event = state.applyListing(listing(20, 'a@1', 'b@9', 'd@12'));
    expect(told(event)).toEqual({ revision: 20, changes: ['b@9', 'd@12', '-c@20'], reset: false });
    expect(event).toMatchObject({ entries: [{ key: 'a' }, { key: 'b' }, { key: 'd' }] });
  });

  it('is not told when it says what is known, and moves the revision on', () => {
    const state = new WatchState();
    state.applyListing(listing(7, 'a@1'));
    state.applyEvents([change('b@9')]);
    expect(state.applyListing(listing(20, 'a@1', 'b@9'))).toBeUndefined();
    expect(state.revision).toBe(20);
  });

  it('counts what events have told', () => {
    const state = new WatchState();
    state.applyListing(listing(7, 'a@1', 'b@2'));
    state.applyEvents([change('-a@8'), change('c@9')]);
    expect(told(state.applyListing(listing(20, 'b@2')))).toMatchObject({ changes: ['-c@20'] });
  });

  it('of an etcd that was emptied is told as a reset, even if it says the same', () => {
    const state = new WatchState();
    state.applyListing(listing(70, 'a@1'));
    expect(told(state.applyListing(listing(3, 'a@1')))).toEqual({ revision: 3, changes: [], reset: true });
    expect(state.revision).toBe(3);
    expect(state.applyEvents([change('b@4')])).toHaveLength(1);
  });
});

describe('events', () => {
  it('are told revision by revision', () => {
    const state = new WatchState();
    state.applyListing(listing(7));
    const events = state.applyEvents([change('a@8'), change('b@8'), change('-a@10')]);
    expect(events.map((event) => 'changes' in event && say(event.changes))).toEqual([
      ['a@8', 'b@8'],
      ['-a@10'],
    ]);
    expect(events.map((event) => 'revision' in event && event.revision)).toEqual([8, 10]);
    expect(state.revision).toBe(10);
  });

  it('that were told already, or that the listing had in it, are not told again', () => {
    const state = new WatchState();
    state.applyListing(listing(7, 'a@7'));
    expect(state.applyEvents([change('a@6'), change('a@7')])).toEqual([]);
    state.applyEvents([change('a@8')]);
    expect(state.applyEvents([change('a@8')])).toEqual([]);
  });
});

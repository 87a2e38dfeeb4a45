import { EventEmitter } from 'node:events';
import type { Etcd3 } from 'etcd3';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { stopped } from './failures.ts';
import { Listeners } from './listeners.ts';
import { ManualClock } from './manual-clock.ts';
import { withDefaults } from './options.ts';
import type { Probe } from './prober.ts';
import type { Listing, WatchEvent } from './store.ts';
import { EtcdWatch } from './watch.ts';
import type { WatchParts } from './watch.ts';

const PREFIX = '/x/';

/** etcd's side of one watch stream. */
class FakeStream extends EventEmitter {
  readonly written: Record<string, unknown>[] = [];
  cancelled = false;

  write(request: Record<string, unknown>): void {
    this.written.push(request);
    if ('create_request' in request) setImmediate(() => this.emit('data', { created: true, events: [] }));
  }
  cancel(): void {
    this.cancelled = true;
  }
  get asksForProgress(): boolean {
    return this.written.some((request) => 'progress_request' in request);
  }
  progress(revision: number): void {
    this.emit('data', { header: { revision: String(revision) }, events: [] });
  }
  put(key: string, revision: number): void {
    const at = String(revision);
    const kv = {
      key: Buffer.from(PREFIX + key),
      value: Buffer.from('v'),
      mod_revision: at,
      create_revision: at,
      lease: '0',
    };
    this.emit('data', { header: { revision: at }, events: [{ type: 'Put', kv }] });
  }
}

describe('a watch', () => {
  let clock: ManualClock;
  let streams: FakeStream[];
  let suspected: string[];
  let listing: Listing;
  let listings: number;
  let probes: Listeners<Probe>;
  let events: WatchEvent[];
  let watch: EtcdWatch;

  beforeEach(async () => {
    clock = new ManualClock();
    streams = [];
    suspected = [];
    listing = { entries: [], revision: 10 };
    listings = 0;
    events = [];
    probes = new Listeners<Probe>((error) => {
      throw error;
    });
    const client = {
      watchClient: {
        watch: () => {
          const stream = new FakeStream();
          streams.push(stream);
          return Promise.resolve(stream);
        },
      },
    } as unknown as Etcd3;
    const settings = withDefaults({
      endpoints: ['http://a'],
      prefix: PREFIX,
      clock,
      random: () => 0.5,
      log: pino({ level: 'silent' }),
    });
    const parts = {
      settings,
      prober: { onProbe: probes },
      kv: {
        list: () => {
          listings++;
          return Promise.resolve(listing);
        },
      },
      endpoints: {
        suspect: (endpoint: string) => suspected.push(endpoint),
        call: (_: string, make: (client: Etcd3, attempt: object) => unknown) =>
          make(client, { endpoint: 'http://a', signal: new AbortController().signal }),
      },
    } as unknown as WatchParts;
    watch = new EtcdWatch(parts, 'w/', (event) => events.push(event));
    await clock.pass(0);
    await clock.pass(0);
  });

  /** A probe that was sent and answered now. */
  function probe(revision: number): void {
    probes.tell({ revision, at: clock.now() });
  }

  function kinds(): string[] {
    return events.map(({ kind }) => kind);
  }

  it('lists, then follows from the revision after', () => {
    expect(kinds()).toEqual(['snapshot']);
    expect(streams).toHaveLength(1);
    expect(streams[0]?.written).toMatchObject([{ create_request: { start_revision: 11 } }]);
  });

  it('is current for as long as probes find nothing newer', async () => {
    for (let i = 0; i < 10; i++) {
      await clock.pass(2_000);
      probe(10);
    }
    expect(kinds()).toEqual(['snapshot']);
    expect(streams[0]?.asksForProgress).toBe(false);
  });

  it('asks its member to catch up with what a probe found', async () => {
    for (let i = 0; i < 10; i++) {
      await clock.pass(2_000);
      probe(20 + i);
      expect(streams[0]?.asksForProgress).toBe(true);
      streams[0]?.progress(20 + i);
    }
    expect(kinds()).toEqual(['snapshot']);
    expect(streams).toHaveLength(1);
  });

  it('leaves a member that does not catch up, and lists again', async () => {
    probe(20);
    await clock.pass(999);
    expect(streams[0]?.cancelled).toBe(false);
    listing = { entries: [], revision: 20 };
    await clock.pass(1);
    expect(streams[0]?.cancelled).toBe(true);
    expect(suspected).toEqual(['http://a']);
    await clock.pass(100);
    expect(listings).toBe(2);
    await clock.pass(0);
    expect(streams[1]?.written).toMatchObject([{ create_request: { start_revision: 21 } }]);
  });

  it('is not taken in by a progress that is not far enough', async () => {
    probe(20);
    streams[0]?.progress(19);
    await clock.pass(1_000);
    expect(streams[0]?.cancelled).toBe(true);
  });

  it('takes an event of that revision for progress', async () => {
    probe(20);
    streams[0]?.put('w/a', 20);
    await clock.pass(1_500);
    expect(streams[0]?.cancelled).toBe(false);
    expect(kinds()).toEqual(['snapshot', 'change']);
  });

  it('says that it is stale when no probe confirms it, and current when one does', async () => {
    await clock.pass(5_999);
    expect(kinds()).toEqual(['snapshot']);
    await clock.pass(1);
    expect(kinds()).toEqual(['snapshot', 'stale']);
    await clock.pass(60_000);
    probe(10);
    expect(kinds()).toEqual(['snapshot', 'stale', 'current']);
  });

  it('lists again when etcd has gone back, but not when a probe was overtaken by an event', async () => {
    probe(10);
    streams[0]?.put('w/a', 30);
    // Sent before the event.
    probe(29);
    expect(streams[0]?.cancelled).toBe(false);
    // Sent after: an etcd that had told of 30 would have it.
    probe(29);
    expect(streams[0]?.cancelled).toBe(true);
    listing = { entries: [], revision: 29 };
    await clock.pass(200);
    expect(events.at(-1)).toMatchObject({ kind: 'snapshot', reset: true, revision: 29 });
  });

  it('goes on when a listener fails', async () => {
    const failing = events.push.bind(events);
    events.push = (event) => {
      failing(event);
      throw new Error('a defect');
    };
    streams[0]?.put('w/a', 20);
    streams[0]?.put('w/a', 21);
    await clock.pass(0);
    expect(kinds()).toEqual(['snapshot', 'change', 'change']);
  });

  it('backs off from a member that ends every stream', async () => {
    for (let i = 0; i < 5; i++) {
      streams.at(-1)?.emit('end');
      await clock.pass(2_000);
      await clock.pass(0);
    }
    expect(listings).toBe(6);
    expect(kinds()).toEqual(['snapshot']);
  });

  it('tells nothing and leaves nothing once it is stopped', async () => {
    probe(20);
    watch.stop();
    streams[0]?.put('w/a', 20);
    streams[0]?.emit('error', stopped('watch'));
    probe(30);
    await clock.pass(60_000);
    expect(kinds()).toEqual(['snapshot']);
    expect(streams).toHaveLength(1);
    expect(streams[0]?.cancelled).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

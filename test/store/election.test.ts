import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdStore, Leader } from '../../control-plane/store/index.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import type { Etcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Candidate } from './candidate.ts';
import type { Span } from './candidate.ts';
import { openStore } from './open.ts';

/** What a fail-over may take with a TTL of 3 s, and what the test allows on a busy machine. */
const FAILOVER_MS = 5_000;
const ALLOWED_MS = 10 * FAILOVER_MS;

const cleanup = cleanupAfterAll();
let etcd: Etcd;
let store: EtcdStore;
let leader: Leader | undefined;

beforeAll(async () => {
  etcd = cleanup.own(await startEtcd({ members: 3 }));
  store = openStore(etcd, cleanup);
  await store.start();
  store.observeLeader('r', (now) => (leader = now));
});

beforeEach(async () => {
  await waitFor(() => leader === undefined, { what: 'nobody to lead', timeout: 30_000 });
});

async function untilLeads(name: string): Promise<number> {
  const begun = performance.now();
  await waitFor(() => leader?.value === name, {
    what: `${name} to lead`,
    timeout: ALLOWED_MS,
    describe: () => leader,
  });
  return performance.now() - begun;
}

/** The first to start leads. */
async function startTwo(): Promise<[Candidate, Candidate]> {
  const local = cleanupAfterTest();
  const first = local.own(await Candidate.start(etcd, 'first'));
  await untilLeads('first');
  const second = local.own(await Candidate.start(etcd, 'second'));
  await waitFor(async () => (await first.order('status')).leads);
  return [first, second];
}

function overlaps(a: readonly Span[], b: readonly Span[]): [Span, Span][] {
  return a.flatMap((x) => b.filter((y) => x.from <= y.to && y.from <= x.to).map((y): [Span, Span] => [x, y]));
}

describe('two candidates', () => {
  it('never lead at once: the leader frozen, another leads, and the old one writes nothing more', async () => {
    const [first, second] = await startTwo();
    await first.order('take fence');
    first.freeze();
    const took = await untilLeads('second');
    console.log(`leader frozen: another leads after ${took.toFixed(0)} ms`);
    await waitFor(async () => (await second.order('status')).leads);
    await second.order('take fence');
    expect(await second.order('write')).toEqual({ leads: true });
    first.thaw();
    // In the middle of its write: it goes on with the fence that it had.
    expect(await first.order('write')).toEqual({ leads: false, code: 'COHORT_STORE_FENCED' });
    expect((await store.get('written-by'))?.value.toString()).toBe('second');

    // Thawed, it is a candidate again, behind the other.
    await waitFor(async () => (await store.list('elections/r/')).entries.length === 2, { timeout: 30_000 });
    const spans = [await first.order('status'), await second.order('status')].map(({ spans }) => spans ?? []);
    expect(spans[0]).not.toEqual([]);
    expect(spans[1]).not.toEqual([]);
    expect(overlaps(spans[0] ?? [], spans[1] ?? [])).toEqual([]);
    expect(await second.order('status')).toMatchObject({ leads: true });
  });

  it('hand over at once when the leader is stopped, and a stopped store lets its process end', async () => {
    const [first, second] = await startTwo();
    const stopped = first.order('stop');
    console.log(`leader stopped: another leads after ${(await untilLeads('second')).toFixed(0)} ms`);
    await stopped;
    expect(await first.exited()).toBe(0);
    await second.order('stop');
    expect(await second.exited()).toBe(0);
  });

  it('fail over when the leader is killed', async () => {
    const [first] = await startTwo();
    await first.stop();
    console.log(`leader killed: another leads after ${(await untilLeads('second')).toFixed(0)} ms`);
  });
});

describe('a candidate', () => {
  it('is deposed when its key is deleted by hand, and stands again', async () => {
    const local = openStore(etcd, cleanupAfterTest());
    await local.start();
    const lease = local.lease(3);
    const election = local.election('r', { lease, value: 'alone' });
    const heard: string[] = [];
    election.onElected(() => heard.push('elected'));
    election.onDeposed(() => heard.push('deposed'));
    expect(election.state).toBe('waiting');
    expect(() => election.fence()).toThrow('does not lead');
    await waitFor(() => election.isLeader());
    expect(election.state).toBe('leading');
    const fence = election.fence();
    await store.delete(fence.key);
    await waitFor(() => heard.length === 3, { describe: () => heard });
    expect(heard).toEqual(['elected', 'deposed', 'elected']);
    expect(election.fence().createRevision).toBeGreaterThan(fence.createRevision);
    await expect(local.transact({ fence, then: [] })).rejects.toMatchObject({ code: 'COHORT_STORE_FENCED' });
    await election.stop();
    await election.stop();
    expect(election.state).toBe('stopped');
    expect(lease.isHeld()).toBe(true);
  });

  it('leads on under one term while a member of etcd is replaced as leader', async () => {
    const local = openStore(etcd, cleanupAfterTest());
    await local.start();
    const election = local.election('r', { lease: local.lease(10), value: 'alone' });
    await waitFor(() => election.isLeader());
    const { createRevision } = election.fence();
    for (const member of etcd.members) {
      await member.restart();
      await waitFor(() =>
        local.transact({ fence: election.fence(), then: [{ put: 'led', value: member.name }] }),
      );
    }
    expect(election.fence().createRevision).toBe(createRevision);
  });
});

import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import type { LeaseCalls } from './lease-calls.ts';
import { EtcdLease, SAFE_SHARE } from './lease.ts';
import { ManualClock } from './manual-clock.ts';

const log = pino({ level: 'silent' });
const TTL = 3;

/** An etcd that knows leases and keys, and can be away. */
class FakeEtcd implements LeaseCalls {
  readonly leases = new Map<string, { expires: number }>();
  readonly keys = new Map<string, { value: string; lease: string }>();
  readonly said: string[] = [];
  away = false;
  private next = 1;
  private readonly clock: ManualClock;

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  /** Waits out the timeout while away. */
  private async answer(timeoutMs: number): Promise<void> {
    if (this.away) await new Promise<void>((resolve) => this.clock.after(timeoutMs, resolve));
    if (this.away) throw new CohortError('COHORT_STORE_UNAVAILABLE', 'away');
    for (const [id, { expires }] of this.leases) if (expires <= this.clock.now()) this.end(id);
  }

  end(id: string): void {
    this.leases.delete(id);
    for (const [key, { lease }] of this.keys) if (lease === id) this.keys.delete(key);
  }

  async grant(ttlSeconds: number, timeoutMs: number): Promise<{ id: string; ttlSeconds: number }> {
    await this.answer(timeoutMs);
    const id = String(this.next++);
    this.leases.set(id, { expires: this.clock.now() + ttlSeconds * 1000 });
    this.said.push(`grant ${id}`);
    return { id, ttlSeconds };
  }

  async keepAlive(id: string, timeoutMs: number): Promise<number> {
    await this.answer(timeoutMs);
    const lease = this.leases.get(id);
    if (lease === undefined) return 0;
    lease.expires = this.clock.now() + TTL * 1000;
    return TTL;
  }

  async revoke(id: string, timeoutMs: number): Promise<void> {
    await this.answer(timeoutMs);
    this.said.push(`revoke ${id}`);
    this.end(id);
  }

  async put(key: string, value: Uint8Array, id: string): Promise<void> {
    await this.answer(100);
    if (!this.leases.has(id)) throw new CohortError('COHORT_STORE_LEASE_LOST', 'gone');
    if (key === 'refused') throw new CohortError('COHORT_STORE_TOO_LARGE', 'too large');
    this.said.push(`put ${key} ${id}`);
    this.keys.set(key, { value: Buffer.from(value).toString(), lease: id });
  }

  async delete(key: string): Promise<void> {
    await this.answer(100);
    this.keys.delete(key);
  }
}

describe('a lease', () => {
  let clock: ManualClock;
  let etcd: FakeEtcd;
  let lease: EtcdLease;
  let events: string[];

  beforeEach(async () => {
    clock = new ManualClock();
    etcd = new FakeEtcd(clock);
    lease = new EtcdLease(etcd, TTL, { clock, log });
    events = [];
    lease.onHeld(({ regained }) => events.push(regained ? 'regained' : 'held'));
    lease.onLost((why) => events.push(why));
    await clock.pass(0);
  });

  it('is granted, and kept alive for as long as etcd answers', async () => {
    await clock.pass(60_000);
    expect(events).toEqual(['held']);
    expect(lease.isHeld()).toBe(true);
    expect(lease.id).toBe('1');
    await lease.held();
  });

  it('is lost by its own clock before etcd can let it expire', async () => {
    etcd.away = true;
    await clock.pass(SAFE_SHARE * TTL * 1000 - 1);
    expect(lease.isHeld()).toBe(true);
    await clock.pass(1);
    expect(lease.isHeld()).toBe(false);
    expect(lease.id).toBeUndefined();
    expect(events).toEqual(['held', 'etcd has not confirmed it in time']);
    expect(etcd.leases.get('1')?.expires).toBeGreaterThan(clock.now());
  });

  it('is not held in a process that was frozen past it, even before a timer has run', async () => {
    clock.jump(TTL * 1000);
    expect(lease.isHeld()).toBe(false);
    await clock.pass(0);
    expect(events.slice(0, 2)).toEqual(['held', 'etcd has not confirmed it in time']);
  });

  it('stays lost when the answer to a keepalive comes after its time', async () => {
    const keepAlive = etcd.keepAlive.bind(etcd);
    let late: () => void = () => undefined;
    etcd.keepAlive = async (id, timeoutMs) => {
      await new Promise<void>((resolve) => (late = resolve));
      return keepAlive(id, timeoutMs);
    };
    await clock.pass(1_000);
    clock.jump(SAFE_SHARE * TTL * 1000);
    late();
    await clock.pass(0);
    expect(events).toEqual(['held', 'etcd has not confirmed it in time', 'regained']);
    expect(lease.id).toBe('2');
  });

  it('is granted anew, with its keys, when etcd comes back', async () => {
    await Promise.all([lease.put('a', '1'), lease.put('b', '2'), clock.pass(0)]);
    etcd.away = true;
    await clock.pass(10_000);
    const written = lease.put('b', '3');
    etcd.away = false;
    await Promise.all([written, clock.pass(4_000)]);
    expect(events).toEqual(['held', 'etcd has not confirmed it in time', 'regained']);
    const id = lease.id;
    expect(Object.fromEntries(etcd.keys)).toEqual({
      a: { value: '1', lease: id },
      b: { value: '3', lease: id },
    });
  });

  it('writes its keys under the new lease before it revokes the old one', async () => {
    await Promise.all([lease.put('a', '1'), clock.pass(0)]);
    const keepAlive = etcd.keepAlive.bind(etcd);
    // Keepalives fail for a while; etcd keeps the lease.
    etcd.keepAlive = () => Promise.reject(new CohortError('COHORT_STORE_UNAVAILABLE', 'away'));
    await clock.pass(SAFE_SHARE * TTL * 1000);
    etcd.keepAlive = keepAlive;
    await clock.pass(100);
    expect(etcd.said).toEqual(['grant 1', 'put a 1', 'grant 2', 'put a 2', 'revoke 1', 'put a 2']);
    expect(etcd.keys.get('a')).toEqual({ value: '1', lease: '2' });
  });

  it('keeps a key that a late write under the old lease has taken over', async () => {
    await Promise.all([lease.put('a', '1'), clock.pass(0)]);
    const keepAlive = etcd.keepAlive.bind(etcd);
    etcd.keepAlive = () => Promise.reject(new CohortError('COHORT_STORE_UNAVAILABLE', 'away'));
    const revoke = etcd.revoke.bind(etcd);
    etcd.revoke = async (id, timeoutMs) => {
      // It was on its way while the new lease was granted.
      await etcd.put('a', Buffer.from('1'), id);
      await revoke(id, timeoutMs);
    };
    await clock.pass(SAFE_SHARE * TTL * 1000);
    etcd.keepAlive = keepAlive;
    await clock.pass(100);
    expect(etcd.keys.get('a')).toEqual({ value: '1', lease: '2' });
  });

  it('counts a key as written only under the lease that is held', async () => {
    const put = etcd.put.bind(etcd);
    etcd.put = async (key, value, id) => {
      etcd.put = put;
      await put(key, value, id);
      // The answer comes when the lease is lost.
      await new Promise<void>((resolve) => clock.after(100, resolve));
    };
    let written = false;
    const writing = lease.put('a', '1').then(() => (written = true));
    await clock.pass(0);
    etcd.away = true;
    clock.jump(SAFE_SHARE * TTL * 1000);
    await clock.pass(1_000);
    expect(lease.isHeld()).toBe(false);
    expect(written).toBe(false);
    etcd.away = false;
    await Promise.all([writing, clock.pass(4_000)]);
    expect(etcd.keys.get('a')?.lease).toBe(lease.id);
  });

  it('notices at the next keepalive when somebody has revoked it', async () => {
    await Promise.all([lease.put('a', '1'), clock.pass(0)]);
    etcd.end('1');
    await clock.pass(1_000);
    expect(events).toEqual(['held', 'etcd has let it expire', 'regained']);
    expect(etcd.keys.get('a')).toEqual({ value: '1', lease: '2' });
  });

  it('notices at a write when somebody has revoked it', async () => {
    etcd.end('1');
    await Promise.all([lease.put('a', '1'), clock.pass(200)]);
    expect(events).toEqual(['held', 'etcd does not know it any more', 'regained']);
  });

  it('forgets a key that is deleted', async () => {
    await Promise.all([lease.put('a', '1'), clock.pass(0)]);
    await Promise.all([lease.delete('a'), clock.pass(0)]);
    etcd.end('1');
    await clock.pass(2_000);
    expect(events).toContain('regained');
    expect(etcd.keys.size).toBe(0);
  });

  it('tells who asked when etcd refuses a value, and writes the others', async () => {
    const refused = lease.put('refused', 'x');
    const written = lease.put('a', '1');
    await expect(Promise.all([refused, clock.pass(0)])).rejects.toThrow('too large');
    await written;
    expect(etcd.keys.get('a')?.value).toBe('1');
  });

  it('is revoked when it is stopped, and leaves no timer', async () => {
    await Promise.all([lease.put('a', '1'), clock.pass(0)]);
    await Promise.all([lease.stop(), clock.pass(0)]);
    await lease.stop();
    expect(etcd.keys.size).toBe(0);
    expect(etcd.leases.size).toBe(0);
    expect(lease.isHeld()).toBe(false);
    expect(events).toEqual(['held', 'it was stopped']);
    expect(clock.pending).toBe(0);
    await expect(lease.put('b', '1')).rejects.toMatchObject({ code: 'COHORT_STORE_STOPPED' });
    await expect(lease.held()).rejects.toMatchObject({ code: 'COHORT_STORE_STOPPED' });
  });

  it('stops while etcd is away, and whoever waits learns of it', async () => {
    etcd.away = true;
    await clock.pass(10_000);
    const waiting = [lease.put('a', '1'), lease.held()].map((promise) =>
      expect(promise).rejects.toThrow('stopped'),
    );
    await Promise.all([lease.stop(), clock.pass(10_000), ...waiting]);
    expect(clock.pending).toBe(0);
  });
});

it('stops in a second or two while a call under way waits for a silent etcd, and gives back what that brings', async () => {
  const clock = new ManualClock();
  const etcd = new FakeEtcd(clock);
  const lease = new EtcdLease(etcd, 30, { clock, log });
  await clock.pass(0);
  etcd.away = true;
  // Lost: the next grant is under way, for thirty seconds.
  await clock.pass(28_000);
  expect(lease.isHeld()).toBe(false);
  let isStopped = false;
  void lease.stop().then(() => (isStopped = true));
  await clock.pass(2_000);
  expect(isStopped).toBe(true);
  etcd.away = false;
  await clock.pass(30_000);
  expect(etcd.said.slice(-2)).toEqual(['grant 2', 'revoke 2']);
  expect(clock.pending).toBe(0);
});

it('refuses a TTL that etcd would not grant', () => {
  const clock = new ManualClock();
  expect(() => new EtcdLease(new FakeEtcd(clock), 1, { clock, log })).toThrow(RangeError);
});

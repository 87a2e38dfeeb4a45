import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { TcpStream } from '../host/index.ts';
import { connectPacket, Product, SERVERS, UPGRADE } from './product.ts';

const CONNACK = Buffer.from([0x20, 2, 0, 0]);

function seated(product: Product, organization: string, server: string): TcpStream {
  const stream = product.connect(server);
  stream.send(connectPacket({ username: `${organization}/1` }));
  stream.upstreamConnected();
  stream.serverSends(CONNACK);
  return stream;
}

describe('reports', () => {
  it('tell connections by slot and actual server, and bytes and messages by organization', () => {
    const product = new Product();
    const first = seated(product, 'acme', 'a');
    seated(product, 'acme', 'b');
    seated(product, 'acme', 'b');
    const bytes = BigInt(connectPacket({ username: 'acme/1' }).length);
    const [report] = product.reportsAfter(1000);
    expect(report).toMatchObject({
      node: 'proxy-1',
      epoch: 1n,
      version: 1n,
      full: true,
      organizationsLeftOut: 0,
      drained: [],
    });
    const slot = slotOf('acme');
    expect(report?.slots).toHaveLength(2);
    expect(report?.slots).toContainEqual({ slot, server: 'a', pinned: false, connections: 1 });
    expect(report?.slots).toContainEqual({ slot, server: 'b', pinned: false, connections: 2 });
    expect(report?.organizations).toContainEqual({
      organization: 'acme',
      server: 'b',
      pinned: false,
      connections: 2,
      received: 2n * bytes,
      sent: 8n,
      messages: 2n,
    });
    first.send(Buffer.from([0xc0, 0]));
    first.endDownstream();
    first.endUpstream();
    const [change] = product.reportsAfter(1000);
    expect(change?.full).toBe(false);
    expect(change?.slots).toEqual([{ slot, server: 'a', pinned: false, connections: 0 }]);
    expect(change?.organizations[0]?.received).toBe(bytes + 2n);
  });

  it('tell where a connection sits that has said nothing since, and count there what it said before', () => {
    const product = new Product();
    const at = SERVERS[(slotOf('acme') + 1) % 3];
    seated(product, 'acme', at ?? '');
    const [report] = product.reportsAfter(1000);
    expect(report?.slots).toMatchObject([{ server: at, connections: 1 }]);
    const received = BigInt(connectPacket({ username: 'acme/1' }).length);
    expect(report?.organizations).toMatchObject([
      { server: at, connections: 1, received, sent: 4n, messages: 1n },
    ]);
  });

  it('count what is gone at once where it was assigned, and as no connection', () => {
    const product = new Product();
    const assigned = SERVERS[slotOf('acme') % 3];
    const stream = seated(product, 'acme', SERVERS[(slotOf('acme') + 1) % 3] ?? '');
    const before = product.vm.hostCalls();
    stream.endDownstream();
    stream.endUpstream();
    expect(stream.open).toBe(false);
    expect(product.vm.hostCalls()).toBe(before);
    const [report] = product.reportsAfter(1000);
    expect(report?.slots).toMatchObject([{ server: assigned, connections: 0 }]);
    expect(report?.organizations).toMatchObject([
      { server: assigned, connections: 0, sent: 4n, messages: 1n },
    ]);
  });

  it('count pinned organizations apart', () => {
    const product = new Product({ assignment: { pins: new Map([['acme', 2]]) } });
    seated(product, 'acme', 'c');
    const [report] = product.reportsAfter(1000);
    expect(report?.slots).toEqual([{ slot: slotOf('acme'), server: 'c', pinned: true, connections: 1 }]);
  });

  it('say nothing while nothing changes, and everything every 30 s', () => {
    const product = new Product();
    seated(product, 'acme', 'a');
    expect(product.reportsAfter(1000)).toHaveLength(1);
    expect(product.reportsAfter(28_000)).toHaveLength(0);
    const [full] = product.reportsAfter(3000);
    expect(full?.full).toBe(true);
    expect(full?.slots).toHaveLength(1);
  });

  it('say everything after one that failed, and after one that nobody answered', () => {
    const product = new Product();
    seated(product, 'acme', 'a');
    product.reportsAfter(1000);
    const lose = (fail: boolean): void => {
      seated(product, 'other', 'b').resetDownstream();
      product.host.environment.clock.advance(1250);
      const call = product.vm.callouts.grpc.at(-1);
      if (fail && call) product.vm.callouts.grpcClose(call.token, 14);
      product.skipReports();
    };
    lose(true);
    expect(product.reportsAfter(1250)[0]).toMatchObject({ full: true, slots: [{ server: 'a' }] });
    lose(false);
    const [report] = product.reportsAfter(6000);
    expect(report).toMatchObject({ full: true, slots: [{ server: 'a' }] });
  });

  it('name no more organizations than asked for, and count all by slot', () => {
    const reports = { cluster: 'xds', mostOrganizations: 10 };
    const product = new Product({ assignment: { reports } });
    product.reportsAfter(1000);
    for (let i = 0; i < 25; i++) seated(product, `org-${i}`, 'a');
    const [report] = product.reportsAfter(2000);
    expect(report?.organizations).toHaveLength(10);
    expect(report?.organizationsLeftOut).toBe(15);
    expect(report?.slots.reduce((sum, { connections }) => sum + connections, 0)).toBe(25);
  });

  it('count WebSockets with the MQTT devices of their organization', () => {
    const product = new Product();
    seated(product, 'acme', 'a');
    const stream = product.request('/acme', UPGRADE, 'a');
    stream.respond([[':status', '101']]);
    stream.send(Buffer.alloc(10));
    stream.serverSends(Buffer.alloc(20));
    const [report] = product.reportsAfter(1000);
    expect(report?.organizations).toMatchObject([{ organization: 'acme', connections: 2, sent: 24n }]);
  });
});

describe("the server's messages", () => {
  const publish = (bytes: number): Buffer =>
    generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(bytes), qos: 0, dup: false, retain: false });

  /** What is reported after the server has sent these chunks, beside what is true. */
  function counted(chunks: readonly Buffer[], messages: number, options = {}): number {
    const product = new Product(options);
    const device = seated(product, 'acme', 'a');
    for (const chunk of chunks) device.serverSends(chunk);
    const [report] = product.reportsAfter(1000);
    return Number(report?.organizations[0]?.messages) / (messages + 1);
  }

  it('are counted exactly where each chunk is one', () => {
    const chunks = Array.from({ length: 1000 }, (_, i) => publish(i));
    expect(counted(chunks, 1000)).toBe(1);
  });

  it('are estimated where chunks hold several, and where they take several chunks', () => {
    const several = Buffer.concat(Array.from({ length: 5 }, () => publish(30)));
    const many = Buffer.concat(Array.from({ length: 50 }, () => publish(30)));
    const large = publish(4000);
    const pieces = Array.from({ length: 4 }, (_, i) => large.subarray(i * 1004, (i + 1) * 1004));
    const repeat = (chunks: Buffer[]): Buffer[] => Array.from({ length: 4000 }, () => chunks).flat();
    // Five deviations of what a share of one in 64 gives.
    const close = (value: number, deviation: number): void => {
      expect(Math.abs(value - 1)).toBeLessThan(5 * deviation);
    };
    close(counted(repeat([several]), 20_000), Math.sqrt(64 / 4000));
    close(counted(repeat([many]), 200_000), Math.sqrt(64 / 4000));
    close(counted(repeat(pieces), 4000), Math.sqrt(64 / 4000));
    close(counted(repeat([publish(3), several, ...pieces]), 28_000), Math.sqrt(64 / 4000));
  });

  it('never count backwards', () => {
    const product = new Product();
    const device = seated(product, 'acme', 'a');
    let last = 0n;
    for (let i = 0; i < 40; i++) {
      for (let chunk = 0; chunk < 20; chunk++) device.serverSends(Buffer.alloc(100));
      const [report] = product.reportsAfter(1000);
      const now = report?.organizations[0]?.messages ?? 0n;
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    // 800 chunks with nothing in them.
    expect(Number(last)).toBeLessThan(5 * 64);
  });

  it('cost no host call but for one chunk in 64, and what the device sends none at all', () => {
    const product = new Product();
    const device = seated(product, 'acme', 'a');
    const before = product.vm.hostCalls();
    for (let i = 0; i < 6400; i++) {
      device.serverSends(Buffer.from([0xd0, 0]));
      device.send(Buffer.from([0xc0, 0]));
    }
    const calls = product.vm.hostCalls() - before;
    expect(calls).toBeGreaterThan(60);
    expect(calls).toBeLessThan(150);
  });
});

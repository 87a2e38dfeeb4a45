import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { TcpStream } from '../host/index.ts';
import { connectPacket, Product, UPGRADE } from './product.ts';

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
  const packets: Packet[] = [
    { cmd: 'connack', returnCode: 0, sessionPresent: false },
    { cmd: 'pingresp' },
    { cmd: 'publish', topic: 't', payload: Buffer.alloc(300), qos: 0, dup: false, retain: false },
    { cmd: 'publish', topic: 't', payload: Buffer.alloc(20_000), qos: 0, dup: false, retain: false },
    { cmd: 'pingresp' },
  ];
  const stream = Buffer.concat(packets.map((packet) => generate(packet)));

  it('are counted when they end, in whatever pieces they come', () => {
    const cuts = fc.array(fc.nat(stream.length), { maxLength: 10 });
    fc.assert(
      fc.property(cuts, (at) => {
        const product = new Product();
        const device = product.connect('a');
        device.send(connectPacket({ username: 'acme/1' }));
        device.upstreamConnected();
        const ends = [0, ...at.sort((x, y) => x - y), stream.length];
        ends.slice(1).forEach((end, i) => {
          const piece = stream.subarray(ends[i], end);
          if (piece.length > 0) device.serverSends(piece);
        });
        expect(Buffer.from(device.atClient.bytes).equals(stream)).toBe(true);
        const [report] = product.reportsAfter(1000);
        return report?.organizations[0]?.messages === 5n;
      }),
      { numRuns: 50 },
    );
  });

  it('cost one host call for a chunk with a header in it, and none for a chunk without', () => {
    const product = new Product();
    const device = seated(product, 'acme', 'a');
    const calls = (): number => product.vm.hostCalls();
    let before = calls();
    device.serverSends(Buffer.from([0xd0, 0]));
    expect(calls() - before).toBe(1);
    device.serverSends(stream.subarray(0, 1000));
    before = calls();
    device.serverSends(stream.subarray(1000, 18_000));
    expect(calls() - before).toBe(0);
    device.send(Buffer.from([0xc0, 0]));
    expect(calls() - before).toBe(1);
  });
});

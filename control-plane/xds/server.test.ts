import { status, type Client, type ServiceError } from '@grpc/grpc-js';
import { createServer } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadService } from '../../envoy/grpc.ts';
import type { AnyResource } from '../../envoy/resources/index.ts';
import { Changes, waitFor } from '../../test/harness/wait.ts';
import { serverCluster, serverEndpoints } from '../resources/index.ts';
import { clientOf, FakeProxy, openStream, type FakeProxyOptions } from './fake-proxy.ts';
import { refusalsOf } from './registry.ts';
import { XdsServer, type XdsServerOptions } from './server.ts';
import { snapshotOf, snapshotOfEncoded } from './snapshot.ts';
import { TYPE_URLS } from './resource-types.ts';

const log = pino({ level: 'silent' });

async function start(options: Partial<XdsServerOptions> = {}): Promise<XdsServer> {
  const server = new XdsServer({
    security: 'plaintext',
    log,
    reports: () => undefined,
    stopTimeoutMs: 50,
    ...options,
  });
  onTestFinished(() => server.stop());
  await server.start();
  return server;
}
function connect(server: XdsServer, options: Partial<FakeProxyOptions> = {}): FakeProxy {
  const proxy = new FakeProxy({ port: server.port, ...options });
  onTestFinished(() => proxy.stop());
  return proxy;
}
const endpoints = (...ports: number[]): AnyResource =>
  serverEndpoints(
    'x',
    ports.map((port) => ({ id: `s${port}`, address: '127.0.0.1', port })),
  );
const cluster = serverCluster({ name: 'x', healthCheck: 'tcp' });
const blob = (bytes: number, fill: number): ReturnType<typeof snapshotOf> =>
  snapshotOfEncoded([{ name: 'big', any: { type_url: TYPE_URLS.SDS, value: Buffer.alloc(bytes, fill) } }]);

describe('ADS', () => {
  it('refuses with words until there is a first snapshot, and then serves', async () => {
    const server = await start();
    const early = connect(server);
    early.request('CDS');
    expect(await early.ends()).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('not loaded') as string,
    });
    server.publish(snapshotOf([cluster, endpoints(1)]));
    const proxy = connect(server, { workers: 3 });
    proxy.request('CDS');
    proxy.subscribe('EDS', 'x', 'y');
    await proxy.hears(2);
    expect(proxy.said).toEqual(['CDS x', 'EDS x -y']);
    expect(server.registry.get('proxy-1')).toMatchObject({ id: 'proxy-1', workers: 3, refusals: 0 });
  });

  it('sends what changed, and nothing for a snapshot of the same content', async () => {
    const server = await start();
    server.publish(snapshotOf([cluster, endpoints(1)]));
    const proxy = connect(server);
    proxy.subscribe('EDS', 'x');
    await proxy.hears(1);
    server.publish(snapshotOf([cluster, endpoints(1)]));
    server.publish(snapshotOf([cluster, endpoints(1, 2)]));
    await proxy.hears(2);
    expect(proxy.heard[1]?.resources?.[0]?.version).not.toBe(proxy.heard[0]?.resources?.[0]?.version);
    proxy.subscribe('EDS', 'y');
    await proxy.hears(3);
    expect(proxy.said).toEqual(['EDS x', 'EDS x', 'EDS -y']);
  });

  it('tells of connections, acknowledgements and refusals', async () => {
    const server = await start();
    const told: string[] = [];
    const changes = new Changes();
    const tell = (text: string): void => {
      told.push(text);
      changes.notify();
    };
    server.registry.onConnected(({ id }) => tell(`connected ${id}`));
    server.registry.onDisconnected(({ id }) => tell(`disconnected ${id}`));
    server.registry.onAck(({ node, versions }) => tell(`${node} has ${[...versions.keys()].join()}`));
    server.registry.onNack(({ node, message }) => tell(`${node} says ${message}`));
    server.publish(snapshotOf([cluster, endpoints(1)]));
    const proxy = connect(server, { acknowledges: false });
    proxy.request('CDS');
    await proxy.hears(1);
    proxy.nack(proxy.heard[0]!, 'no such thing');
    await changes.until(() => told.length >= 2);
    const seen = server.registry.get('proxy-1')!;
    expect(refusalsOf(seen)).toMatchObject([
      { typeUrl: TYPE_URLS.CDS, name: 'x', message: 'no such thing', count: 1 },
    ]);
    expect(seen.refusals).toBe(1);
    proxy.answers(true);
    server.publish(snapshotOf([serverCluster({ name: 'x', healthCheck: 'mqtt' }), endpoints(1)]));
    await changes.until(() => told.length >= 3);
    expect(refusalsOf(server.registry.get('proxy-1')!)).toEqual([]);
    proxy.stop();
    await changes.until(() => told.length >= 4);
    expect(told).toEqual([
      'connected proxy-1',
      'proxy-1 says no such thing',
      'proxy-1 has x',
      'disconnected proxy-1',
    ]);
    expect(server.registry.list()).toEqual([]);
  });

  it('names a proxy that does not answer, and sends it the next version all the same', async () => {
    const server = await start({ ackTimeoutMs: 50 });
    const changes = new Changes();
    const late: string[] = [];
    server.registry.onLate(({ node, versions }) => {
      late.push(`${node} ${[...versions.keys()].join()}`);
      changes.notify();
    });
    server.publish(snapshotOf([cluster, endpoints(1)]));
    const proxy = connect(server, { acknowledges: false });
    proxy.subscribe('EDS', 'x');
    await proxy.hears(1);
    server.publish(snapshotOf([cluster, endpoints(2)]));
    await proxy.hears(2);
    await changes.until(() => late.length >= 1);
    expect(late[0]).toBe('proxy-1 x');
    expect(server.registry.get('proxy-1')?.late.length).toBeGreaterThan(0);
    for (const response of proxy.heard) proxy.ack(response);
    await waitFor(() => server.registry.get('proxy-1')?.late.length === 0);
  });

  it('a proxy that does not read is sent the latest once it does, not all that was meanwhile', async () => {
    const server = await start({ ackTimeoutMs: 10 });
    server.publish(blob(3_000_000, 0));
    const proxy = connect(server);
    proxy.pause();
    proxy.subscribe('SDS', 'big');
    await waitFor(() => server.registry.get('proxy-1')?.late.length);
    for (let i = 1; i <= 50; i++) {
      server.publish(blob(3_000_000, i));
      await new Promise((resolve) => setImmediate(resolve));
    }
    proxy.resume();
    await proxy.changes.until(() => proxy.heard.at(-1)?.resources?.[0]?.resource?.value[0] === 50);
    expect(proxy.heard.length).toBeLessThan(10);
  });

  it('a proxy without an id, and a request without a type, are told so', async () => {
    const server = await start();
    server.publish(snapshotOf([]));
    const nameless = connect(server, { id: '' });
    nameless.request('CDS');
    expect(await nameless.ends()).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('no node id') as string,
    });
    const client = clientOf(loadService('envoy.service.discovery.v3.AggregatedDiscoveryService'), {
      port: server.port,
    });
    onTestFinished(() => client.close());
    const call = openStream<object, object>(client, 'DeltaAggregatedResources');
    const ended = new Promise<ServiceError>((resolve) => call.on('error', resolve));
    call.write({ node: { id: 'p' } });
    expect(await ended).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('type_url') as string,
    });
  });

  it('the other form of ADS is refused by name', async () => {
    const server = await start();
    const client = clientOf(loadService('envoy.service.discovery.v3.AggregatedDiscoveryService'), {
      port: server.port,
    });
    onTestFinished(() => client.close());
    const call = openStream<object, object>(client, 'StreamAggregatedResources');
    const ended = new Promise<ServiceError>((resolve) => call.on('error', resolve));
    expect(await ended).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: expect.stringContaining('DELTA_GRPC') as string,
    });
  });

  it('a second stream of a node takes over; the end of the first is no end of the proxy', async () => {
    const server = await start();
    server.publish(snapshotOf([cluster]));
    const first = connect(server);
    first.request('CDS');
    await first.hears(1);
    const { connectedAt } = server.registry.get('proxy-1')!;
    const second = connect(server);
    second.request('CDS');
    await second.hears(1);
    let gone = 0;
    server.registry.onDisconnected(() => gone++);
    first.stop();
    await waitFor(() => server.registry.get('proxy-1')!.connectedAt > connectedAt);
    server.publish(snapshotOf([serverCluster({ name: 'y', healthCheck: 'tcp' })]));
    await second.hears(2);
    expect([gone, server.registry.list().length]).toEqual([0, 1]);
  });

  it('stopping ends all streams with words, and closes the port', async () => {
    const server = await start();
    server.publish(snapshotOf([cluster]));
    const proxy = connect(server);
    proxy.request('CDS');
    await proxy.hears(1);
    const { port } = server;
    await Promise.all([server.stop(), server.stop()]);
    expect(await proxy.ends()).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('stopping') as string,
    });
    const again = createServer();
    await new Promise<void>((resolve, reject) =>
      again.once('error', reject).listen(port, '127.0.0.1', resolve),
    );
    again.close();
  });
});

describe('HDS', () => {
  const health = (id: string, at: number, cluster_name = 'mqtt', health_status?: string): object => ({
    endpoint_health_response: {
      cluster_endpoints_health: [
        {
          cluster_name,
          locality_endpoints_health: [
            {
              endpoints_health: [
                {
                  endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: at } } },
                  health_status,
                },
              ],
            },
          ],
        },
      ],
    },
  });

  async function hds(server: XdsServer) {
    const client: Client = clientOf(loadService('envoy.service.health.v3.HealthDiscoveryService'), {
      port: server.port,
    });
    onTestFinished(() => client.close());
    const call = openStream<object, { cluster_health_checks?: { cluster_name: string }[] }>(
      client,
      'StreamHealthCheck',
    );
    const heard: string[] = [];
    call.on('data', (specifier: { cluster_health_checks?: { cluster_name: string }[] }) =>
      heard.push((specifier.cluster_health_checks ?? []).map(({ cluster_name }) => cluster_name).join()),
    );
    call.on('error', () => undefined);
    onTestFinished(() => call.cancel());
    call.write({ health_check_request: { node: { id: 'p' } } });
    await waitFor(() => heard.length > 0, { what: 'a specification' });
    return { call, heard };
  }

  it('tells what to check, again when it changes, and keeps what proxies see by server', async () => {
    const server = await start();
    const servers = [{ id: 'a', address: '127.0.0.1', port: 1 }];
    server.hds.specify({
      clusters: [
        { name: 'mqtt', healthCheck: 'tcp', servers },
        { name: 'none', healthCheck: 'tcp', servers: [] },
      ],
    });
    const { call, heard } = await hds(server);
    server.hds.specify({
      clusters: [
        { name: 'mqtt', healthCheck: 'tcp', servers },
        { name: 'none', healthCheck: 'tcp', servers: [] },
      ],
    });
    server.hds.specify({
      clusters: ['mqtt', 'websocket'].map((name) => ({ name, healthCheck: 'tcp' as const, servers })),
    });
    await waitFor(() => heard.length >= 2);
    expect(heard).toEqual(['mqtt', 'mqtt,websocket']);

    const told: string[] = [];
    server.hds.onTransition(({ node, server: id, after }) => told.push(`${node} ${id} ${after}`));
    call.write(health('a', 1, 'mqtt', 'HEALTHY'));
    call.write(health('a', 1, 'mqtt', 'HEALTHY'));
    call.write(health('unknown', 9, 'mqtt', 'HEALTHY'));
    call.write(health('a', 1, 'mqtt', 'TIMEOUT'));
    call.write({ endpoint_health_response: {} });
    call.write(health('a', 1));
    await waitFor(() => told.length >= 5);
    expect(told).toEqual(['p a HEALTHY', 'p a undefined', 'p a TIMEOUT', 'p a undefined', 'p a UNKNOWN']);
    call.cancel();
    await waitFor(() => server.hds.views.of('p') === undefined);
    expect(told.at(-1)).toBe('p a undefined');
  });

  it('refuses to specify what would crash a proxy', async () => {
    const server = await start();
    const servers = [{ id: 'a', address: 'host.example', port: 1 }];
    expect(() => server.hds.specify({ clusters: [{ name: 'mqtt', healthCheck: 'tcp', servers }] })).toThrow(
      'give an IP address',
    );
  });
});

describe('reports', () => {
  const REPORT = {
    Report: {
      path: '/cohort.v1.Reports/Report',
      requestStream: false,
      responseStream: false,
      ...bytesMethod(),
    },
  };
  function bytesMethod() {
    const pass = (bytes: Buffer): Buffer => bytes;
    return {
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    };
  }
  function report(server: XdsServer, bytes: Buffer): Promise<ServiceError | null> {
    const client = clientOf(REPORT, { port: server.port });
    onTestFinished(() => client.close());
    return new Promise((resolve) =>
      (
        client as unknown as { Report(bytes: Buffer, done: (error: ServiceError | null) => void): void }
      ).Report(bytes, resolve),
    );
  }
  // ReportRequest {node: "p", vm: 2}
  const BYTES = Buffer.from('0a01701802', 'hex');

  it('hands on what is one, and refuses and counts what is none', async () => {
    const got: unknown[] = [];
    const server = await start({ reports: (decoded, bytes) => got.push([decoded.node, decoded.vm, bytes]) });
    expect(await report(server, BYTES)).toBeNull();
    expect(got).toEqual([['p', 2, BYTES]]);
    expect(await report(server, Buffer.from('ffff', 'hex'))).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(await report(server, Buffer.alloc(0))).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect([server.reports.received, server.reports.refused]).toEqual([1, 2]);
  });

  it('a sink that fails is no end of the server', async () => {
    const server = await start({
      reports: () => {
        throw new Error('full');
      },
    });
    expect(await report(server, BYTES)).toMatchObject({ code: status.INTERNAL });
    expect(await report(server, BYTES)).toMatchObject({ code: status.INTERNAL });
  });
});

describe('starting', () => {
  it('without TLS listens on loopback alone', async () => {
    const server = new XdsServer({ host: '0.0.0.0', security: 'plaintext', log, reports: () => undefined });
    await expect(server.start()).rejects.toMatchObject({ code: 'COHORT_XDS_PLAINTEXT' });
  });

  it('names the address that it cannot have', async () => {
    const { port } = await start();
    const server = new XdsServer({ port, security: 'plaintext', log, reports: () => undefined });
    await expect(server.start()).rejects.toMatchObject({
      code: 'COHORT_XDS_PORT',
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    });
    await server.stop();
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeReport } from '../../protocol-filters/wire/index.ts';
import { tmpDir } from '../../test/harness/machine.ts';
import { waitFor } from '../../test/harness/wait.ts';
import { Authority, CONTROL_PLANE_NAME, type KeyPair } from '../certificates/authority.ts';
import { serverCluster } from '../resources/index.ts';
import { systemClock } from '../store/clock.ts';
import { controlPlaneCheck } from '../xds/admission.ts';
import type { TlsFiles } from '../xds/credentials.ts';
import { FakeProxy } from '../xds/fake-proxy.ts';
import { XdsServer } from '../xds/server.ts';
import { snapshotOf } from '../xds/snapshot.ts';
import { FleetService, LocalLeader, RemoteLeader } from './fleet-service.ts';
import { FleetView } from './fleet-view.ts';
import { Forwarder, type ForwardTarget } from './forwarder.ts';
import { ReportLog } from './report-log.ts';
import { reportBytes, type TestReport } from './test-reports.ts';
import { decodeBatch, encodeBatch, type EncodedBatch } from './wire.ts';

const log = pino({ level: 'silent' });
const QUICK = { batchMs: 10, heartbeatMs: 30, retryMs: 10 };

/** A control plane: its server, what it forwards, and what it knows while it leads. */
class Replica {
  view: FleetView | undefined;
  readonly server: XdsServer;
  readonly forwarder: Forwarder;
  readonly fleetService: FleetService;

  constructor(
    readonly id: string,
    security: TlsFiles | 'plaintext' = 'plaintext',
    port = 0,
  ) {
    this.server = new XdsServer({
      security,
      port,
      log,
      stopTimeoutMs: 20,
      reports: (report, bytes) => this.forwarder.report(report, bytes),
    });
    const check = controlPlaneCheck(this.server.isMutualTls);
    this.fleetService = new FleetService((batch) => this.view?.take(batch, systemClock.now()), {
      check,
      log,
    });
    this.server.add(this.fleetService.service());
    const { registry, hds } = this.server;
    this.forwarder = new Forwarder({
      replica: id,
      run: `${id}-${Math.random()}`,
      registry,
      hds,
      clock: systemClock,
      log,
      ...QUICK,
    });
  }
  async start(): Promise<this> {
    onTestFinished(() => this.stop());
    await this.server.start();
    this.server.publish(snapshotOf([serverCluster({ name: 'x', healthCheck: 'tcp' })]));
    this.forwarder.start();
    return this;
  }
  lead(): FleetView {
    this.view = new FleetView();
    this.forwarder.setTarget(new LocalLeader((batch) => this.view?.take(batch, systemClock.now())));
    return this.view;
  }
  follow(leader: Replica): void {
    this.view = undefined;
    const target = new RemoteLeader(`127.0.0.1:${leader.server.port}`, this.server.clientCredentials());
    onTestFinished(() => target.stop());
    this.forwarder.setTarget(target);
  }
  /** A filter's report arrives. */
  report(of: TestReport): void {
    const bytes = reportBytes(of);
    this.forwarder.report(decodeReport(bytes), bytes);
  }
  async stop(): Promise<void> {
    this.forwarder.stop();
    await this.server.stop();
  }
}

const acme = (sequence: number, connections: number, more: Partial<TestReport> = {}): TestReport => ({
  node: 'p1',
  vm: 1,
  sequence,
  organizations: [{ id: 'acme', server: 'a', connections }],
  ...more,
});
const sits = (view: FleetView): number | undefined => view.organization('acme', 0)?.connections;

describe('from replicas to the leader', () => {
  it('come the reports, the proxies and what they refused, from its own process and from another', async () => {
    const leader = await new Replica('r1').start();
    const other = await new Replica('r2').start();
    const view = leader.lead();
    other.follow(leader);
    leader.report(acme(1, 3));
    other.report(acme(1, 4, { node: 'p2' }));
    const proxy = new FakeProxy({ port: other.server.port, id: 'p2', workers: 2, acknowledges: false });
    onTestFinished(() => proxy.stop());
    proxy.request('CDS');
    await proxy.hears(1);
    proxy.nack(proxy.heard[0]!, 'not this');
    await waitFor(() => sits(view) === 7 && view.proxy('p2', systemClock.now())?.facts?.refused.length);
    expect(view.proxy('p2', systemClock.now())).toMatchObject({
      replicas: ['r2'],
      facts: { workers: 2, refused: [{ name: 'x', message: 'not this', count: 1 }] },
    });
    expect([...view.fleet(0).heardReplicas].sort()).toEqual(['r1', 'r2']);
    proxy.stop();
    await waitFor(() => view.proxy('p2', systemClock.now())?.replicas.length === 0);
  });

  it('a VM whose reports go round the replicas is put together in the order they were sent', async () => {
    const leader = await new Replica('r1').start();
    const other = await new Replica('r2').start();
    const view = leader.lead();
    other.follow(leader);
    leader.report(acme(1, 1));
    for (let sequence = 2; sequence <= 20; sequence++) {
      (sequence % 2 === 0 ? other : leader).report(acme(sequence, sequence, { full: false }));
    }
    await waitFor(() => sits(view) === 20);
  });

  it('a new leader is told everything, by all replicas', async () => {
    const [first, second, third] = await Promise.all(['r1', 'r2', 'r3'].map((id) => new Replica(id).start()));
    const before = first!.lead();
    second!.follow(first!);
    third!.follow(first!);
    second!.report(acme(1, 1));
    third!.report(acme(2, 2, { full: false }));
    third!.report(acme(1, 5, { node: 'p2' }));
    await waitFor(() => sits(before) === 7);
    const view = second!.lead();
    first!.follow(second!);
    third!.follow(second!);
    await waitFor(() => sits(view) === 7 && view.fleet(0).heardReplicas.size === 3);
  });

  it('a leader that was away is told everything when it is back', async () => {
    const leader = await new Replica('r1').start();
    const other = await new Replica('r2').start();
    leader.lead();
    other.follow(leader);
    other.report(acme(1, 1));
    await waitFor(() => sits(leader.view!) === 1);
    const { port } = leader.server;
    await leader.stop();
    other.report(acme(2, 2, { full: false }));
    const again = await new Replica('r1', 'plaintext', port).start();
    const view = again.lead();
    other.report(acme(3, 3, { full: false, organizations: [{ id: 'beta', server: 'a', connections: 9 }] }));
    await waitFor(() => sits(view) === 2 && view.organization('beta', 0)?.connections === 9, {
      timeout: 20_000,
    });
  });

  it('a replica that does not lead says so, and is tried again until another does', async () => {
    const leader = await new Replica('r1').start();
    const other = await new Replica('r2').start();
    other.follow(leader);
    other.report(acme(1, 1));
    const view = leader.lead();
    await waitFor(() => sits(view) === 1);
  });

  it('a batch that was lost is made good by the next', async () => {
    const view = new FleetView();
    const local = new LocalLeader((batch) => view.take(batch, systemClock.now()));
    let lost = 0;
    const unreliable: ForwardTarget = {
      send: (batch) => {
        if (batch.reports.length > 0 && lost < 3) {
          lost++;
          // Half of the time it had arrived.
          return (lost % 2 === 0 ? local.send(batch) : Promise.resolve()).then(() =>
            Promise.reject(new Error('lost')),
          );
        }
        return local.send(batch);
      },
    };
    const replica = await new Replica('r1').start();
    replica.forwarder.setTarget(unreliable);
    replica.report(acme(1, 1));
    await waitFor(() => lost >= 1);
    replica.report(acme(2, 2, { full: false }));
    await waitFor(() => sits(view) === 2 && lost === 3);
  });
});

describe('with mutual TLS', () => {
  it('only a control plane may forward', async () => {
    const authority = await Authority.create();
    const dir = tmpDir('forward');
    onTestFinished(() => dir.stop());
    const write = (name: string, pair: KeyPair): TlsFiles => {
      const at = join(dir.path, name);
      mkdirSync(at);
      const files = {
        certificate: join(at, 'cert.pem'),
        privateKey: join(at, 'key.pem'),
        trustedCa: join(at, 'ca.pem'),
      };
      writeFileSync(files.certificate, pair.certificate);
      writeFileSync(files.privateKey, pair.privateKey);
      writeFileSync(files.trustedCa, authority.pair.certificate);
      return files;
    };
    const leader = await new Replica(
      'r1',
      write('r1', await authority.controlPlane('r1', ['127.0.0.1'])),
    ).start();
    const other = await new Replica(
      'r2',
      write('r2', await authority.controlPlane('r2', ['127.0.0.1'])),
    ).start();
    const view = leader.lead();
    other.follow(leader);
    other.report(acme(1, 1));
    await waitFor(() => sits(view) === 1);

    const pair = await authority.proxy('p1');
    const secure = credentials.createSsl(
      Buffer.from(authority.pair.certificate),
      Buffer.from(pair.privateKey),
      Buffer.from(pair.certificate),
    );
    const proxy = new Client(`127.0.0.1:${leader.server.port}`, secure, {
      'grpc.ssl_target_name_override': CONTROL_PLANE_NAME,
    });
    onTestFinished(() => proxy.close());
    const same = (bytes: Buffer): Buffer => bytes;
    const error = await new Promise<ServiceError | null>((resolve) =>
      proxy.makeUnaryRequest('/cohort.v1.Fleet/Forward', same, same, Buffer.alloc(0), (failed) =>
        resolve(failed),
      ),
    );
    expect(error).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringContaining('not that of a control plane') as string,
    });
  });
});

describe('the wire', () => {
  const batch: EncodedBatch = {
    replica: 'r1',
    run: 'x',
    everything: true,
    proxies: [
      {
        node: 'p1',
        workers: undefined,
        version: undefined,
        connectedForMs: 12.6,
        refused: [],
        late: [{ typeUrl: 't', name: 'n' }],
        acks: [],
      },
      {
        node: 'p2',
        workers: 4,
        version: '1.40.0',
        connectedForMs: -1,
        refused: [{ typeUrl: 't', name: 'n', version: 'v', message: 'no', agoMs: 3, count: 2 }],
        late: [],
        acks: [{ typeUrl: 't', resources: 3, acked: 2, missing: ['n'] }],
      },
    ],
    published: { servers: 2 ** 40, settings: 7 },
    viewers: ['p1'],
    views: [{ node: 'p1', sightings: [{ cluster: 'c', server: 's', health: 'TIMEOUT', sinceAgoMs: 5 }] }],
    reports: [{ bytes: reportBytes(acme(1, 1)), agoMs: 4 }],
  };

  it('carries a batch there', () => {
    const { batch: read, badReports } = decodeBatch(encodeBatch(batch));
    expect(badReports).toBe(0);
    expect(read).toEqual({
      ...batch,
      proxies: [
        { ...batch.proxies![0], connectedForMs: 13 },
        { ...batch.proxies![1], connectedForMs: 0 },
      ],
      reports: [{ report: decodeReport(batch.reports[0]!.bytes), agoMs: 4 }],
    });
  });

  it('tells "as before" from "none"', () => {
    expect(
      decodeBatch(encodeBatch({ ...batch, proxies: undefined, viewers: undefined })).batch,
    ).toMatchObject({ proxies: undefined, viewers: undefined });
    expect(decodeBatch(encodeBatch({ ...batch, proxies: [], viewers: [] })).batch).toMatchObject({
      proxies: [],
      viewers: [],
    });
  });

  it('leaves out a report that is none, and counts it', () => {
    const reports = [{ bytes: Buffer.from('ff', 'hex'), agoMs: 0 }, ...batch.reports];
    const { batch: read, badReports } = decodeBatch(encodeBatch({ ...batch, reports }));
    expect([read.reports.length, badReports]).toEqual([1, 1]);
  });
});

it('the log keeps of each VM the last full report and what came after, for a while', () => {
  const reports = new ReportLog(1_000);
  const add = (of: TestReport, at: number): void =>
    reports.add(decodeReport(reportBytes(of)), Buffer.from(`${of.vm}:${of.sequence}`), at);
  add(acme(1, 1), 0);
  add(acme(2, 2, { full: false }), 1);
  add(acme(4, 4, { full: false }), 2);
  add(acme(3, 3), 3);
  add(acme(9, 1, { vm: 2, full: false }), 4);
  const kept = (now: number): string[] => reports.all(now).map(({ bytes }) => bytes.toString());
  expect(kept(10)).toEqual(['1:3', '1:4', '2:9']);
  expect(kept(1_003)).toEqual(['2:9']);
  expect(kept(1_004)).toEqual([]);
});

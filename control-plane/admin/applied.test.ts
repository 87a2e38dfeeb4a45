import request from 'supertest';
import { expect, it } from 'vitest';
import type { Batch, ProxyFacts } from '../fleet-view/index.ts';
import { decodeReport } from '../../protocol-filters/wire/index.ts';
import { reportBytes } from '../fleet-view/test-reports.ts';
import { assignmentOf, server } from '../state/testing.ts';
import { TYPE_URLS } from '../xds/resource-types.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

interface Applied {
  readonly complete: boolean;
  readonly proxies: number;
  readonly waiting: readonly { readonly proxy?: string; readonly replica?: string; readonly why: string }[];
}

/** What a replica tells of one proxy with one worker. */
function batch(
  {
    missing = [],
    published,
    version = 1,
    everything = false,
  }: {
    missing?: readonly string[];
    published: number;
    version?: number;
    everything?: boolean;
  },
  sequence: number,
): Batch {
  const facts: ProxyFacts = {
    node: 'p',
    workers: 1,
    version: '1.40.0',
    connectedForMs: 1,
    refused: [],
    late: [],
    acks: [{ typeUrl: TYPE_URLS.EDS, resources: 1, acked: 1 - missing.length, missing }],
  };
  const reports = [0, 1].map((vm) => {
    const bytes = reportBytes({ node: 'p', vm, sequence, version, organizations: [] });
    return { report: decodeReport(bytes), agoMs: 0 };
  });
  return {
    replica: 'self',
    run: '1',
    everything,
    published: { servers: published, settings: published },
    proxies: [facts],
    viewers: [],
    views: [],
    reports,
  };
}

function replica(): TestReplica {
  return new TestReplica({ servers: [server('a'), server('b')], assignment: assignmentOf(['a', 'b']) });
}
const put = async (made: TestReplica, timeoutMs: number): Promise<{ status: number; applied: Applied }> => {
  const { status, body } = await request(adminApp(made.context()))
    .patch(`/v1/servers/a?wait=applied&timeoutMs=${timeoutMs}`)
    .send({ labels: { zone: String(Math.random()) } });
  return { status, applied: (body as { applied: Applied }).applied };
};

it('says who has not applied a write when time is up; the write stays', async () => {
  const made = replica();
  made.fleetView.take(batch({ missing: ['servers_mqtt'], published: 9_999, everything: true }, 1), 0);
  const { status, applied } = await put(made, 100);
  expect(status).toBe(200);
  expect(applied).toMatchObject({
    complete: false,
    proxies: 1,
    waiting: [{ proxy: 'p', why: 'has not acknowledged EDS servers_mqtt' }],
  });
  expect(made.state.servers.get('a')?.value.labels).toBeDefined();
});

it('answers as soon as every replica has published and every proxy has acknowledged and routes by it', async () => {
  const made = replica();
  made.fleetView.take(batch({ missing: ['servers_mqtt'], published: 1, everything: true }, 1), 0);
  let isDone = false;
  const asked = put(made, 20_000).finally(() => (isDone = true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isDone).toBe(false);
  made.fleetView.take(batch({ published: 1 }, 2), 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  // Acknowledged, but of what was published before the write.
  expect(isDone).toBe(false);
  made.fleetView.take(batch({ published: 9_999 }, 3), 0);
  expect((await asked).applied).toMatchObject({ complete: true, waiting: [] });
});

it('names proxies that route by an older table, and replicas that have not spoken', async () => {
  const made = replica();
  made.missing = ['other'];
  made.fleetView.take(batch({ published: 9_999, version: 0, everything: true }, 1), 0);
  const { applied } = await put(made, 50);
  expect(applied.waiting).toEqual([
    { replica: 'other', why: 'the replica has not told the leader of its proxies' },
    { proxy: 'p', why: 'routes by assignment 1.0, not by 1.1' },
  ]);
});

it('a removal that is waited for has a body', async () => {
  const made = replica();
  made.fleetView.take(batch({ published: 9_999, everything: true }, 1), 0);
  const answer = await request(adminApp(made.context())).delete('/v1/servers/a?wait=applied&timeoutMs=5000');
  expect([answer.status, answer.body]).toMatchObject([200, { applied: { complete: true } }]);
});

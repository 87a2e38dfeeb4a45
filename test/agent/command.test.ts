/** `cohort agent` beside a process that is none of ours, with a real etcd. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { agents, type AgentStatus } from '../../control-plane/model/index.ts';
import { EtcdStore } from '../../control-plane/store/index.ts';
import { ETCD_PREFIX } from '../../local/defaults.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEtcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { Cohort } from '../local/cohort.ts';
import { Hog } from './hog.ts';

test('it publishes what it watches, keeps the lease when an endpoint is down, and ends with the process', async () => {
  const cleanup = cleanupAfterTest();
  const etcd = cleanup.own(await startEtcd());
  const store = cleanup.own(
    new EtcdStore({ endpoints: etcd.endpoints, prefix: ETCD_PREFIX, log: pino({ level: 'silent' }) }),
  );
  const limit = 256 * 2 ** 20;
  const hog = cleanup.own(await Hog.start(`ulimit -v ${limit / 1024}`));
  let status = 200;
  const http = createServer((_request, response) =>
    response.writeHead(status).end('{"clients": 7, "queue": -1}'),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  cleanup.defer('the endpoint', () => (http.closeAllConnections(), http.close()));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const agent = cleanup.own(
    new Cohort([
      ...['agent', '--server', 'a', '--etcd', etcd.endpoints.join(','), '--port', 'mqtt=127.0.0.1:9'],
      ...['--interval', '0.2', '--pid', String(hog.pid), '--limit', 'connections=10'],
      ...['--json', url, '--json-number', 'connections=/clients', '--json-number', 'queue=/queue'],
    ]),
  );
  const seen = async (): Promise<AgentStatus | undefined> => {
    const entry = await store.get(agents.keyOf('a'));
    return entry && (JSON.parse(entry.value.toString()) as AgentStatus);
  };
  const until = (what: string, isSo: (load: AgentStatus['load']) => unknown): Promise<unknown> =>
    waitFor(async () => isSo((await seen())?.load ?? {}), {
      what,
      timeout: 30_000,
      describe: () => agent.err,
    });
  const memory = ({ memory: now }: AgentStatus['load']): number => (now?.used ?? 0) / (now?.limit ?? 1);

  await until('connections', ({ connections }) => connections?.used === 7 && connections.limit === 10);
  await hog.take(0.7 * limit);
  await until('memory of the process', (load) => load.memory?.limit === limit && memory(load) > 0.7);
  // A negative number is none: it is never there, and the log says why.
  expect((await seen())?.load.custom).toBeUndefined();
  await waitFor(() =>
    agent.err.some((line) => line.includes('COHORT_AGENT_VALUE') && line.includes('is -1')),
  );

  status = 500;
  await until('connections to be left out', ({ connections, memory: now }) => !connections && now);
  await waitFor(() => agent.err.some((line) => line.includes('COHORT_AGENT_ENDPOINT')));
  status = 200;
  await until('connections again', ({ connections }) => connections);

  await hog.stop();
  expect(await agent.ended()).toEqual({ code: 1, signal: null });
  expect(agent.err.join('\n')).toContain('COHORT_AGENT_SERVER_GONE');
  expect(await seen()).toBeUndefined();
});

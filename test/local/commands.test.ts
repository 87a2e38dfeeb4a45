/** The commands that `cohort up` is made of, each by itself, as on machines of their own. */
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { settings, settingsSchema } from '../../control-plane/model/index.ts';
import { EtcdStore } from '../../control-plane/store/index.ts';
import { ETCD_PREFIX } from '../../local/defaults.ts';
import { getJson } from '../../local/http.ts';
import { listenerSettings } from '../../local/listeners.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEnvoy } from '../harness/envoy.ts';
import { startEtcd } from '../harness/etcd.ts';
import { tmpDir } from '../harness/machine.ts';
import { waitFor } from '../harness/wait.ts';
import { Cohort } from './cohort.ts';

const TIMEOUT_MS = 180_000;

/** Resolves with the first line of its output, as JSON. */
async function firstLine<T>(cohort: Cohort): Promise<T> {
  return cohort.changes.until(
    () => {
      if (cohort.out.length === 0 && cohort.exit) throw new Error(`it ended:\n${cohort.err.join('\n')}`);
      return cohort.out.length > 0 && (JSON.parse(cohort.out[0] ?? '') as T);
    },
    { what: 'a line of output', timeout: 60_000, describe: () => cohort.err },
  );
}

test('certificates, control plane, agent and bootstrap work together', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const run = (...args: string[]): Cohort => cleanup.own(new Cohort(args));
  const directory = cleanup.own(tmpDir('commands')).path;
  const etcd = cleanup.own(await startEtcd());
  const store = cleanup.own(
    new EtcdStore({ endpoints: etcd.endpoints, prefix: ETCD_PREFIX, log: pino({ level: 'silent' }) }),
  );
  const listeners = listenerSettings(['mqtt']);
  await store.put(settings.keyOf(''), settings.encode(settingsSchema.parse({ listeners })));

  const certs = run('certs', '--out', directory, '--proxy', 'edge-1', '--control-plane', 'main=127.0.0.1');
  expect(await certs.ended()).toEqual({ code: 0, signal: null });
  expect(certs.out).toContain(join(directory, 'edge-1/key.pem'));

  const of = (name: string): string => join(directory, 'main', name);
  const controlPlane = run(
    ...['control-plane', '--id', 'main', '--etcd', etcd.endpoints.join(',')],
    ...['--xds', '127.0.0.1:0', '--admin', '127.0.0.1:0'],
    ...['--tls-cert', of('certificate.pem'), '--tls-key', of('key.pem'), '--tls-ca', of('ca.pem')],
  );
  const { xds, admin } = await firstLine<{ xds: string; admin: string }>(controlPlane);

  const agent = run(
    'agent',
    '--server',
    's-1',
    '--etcd',
    etcd.endpoints.join(','),
    '--port',
    'mqtt=127.0.0.1:9',
  );
  expect(await firstLine(agent)).toEqual({ event: 'registered', server: 's-1' });
  const { servers } = await waitFor(
    async () => {
      const found = await getJson<{ servers: object[] }>(`${admin}/v1/servers`);
      return found.servers.length > 0 && found;
    },
    { what: 'the control plane to know the server', timeout: 60_000 },
  );
  expect(servers).toMatchObject([
    { id: 's-1', ports: { mqtt: { host: '127.0.0.1', port: 9 } }, state: 'active' },
  ]);
  const status = async (): Promise<object | undefined> => {
    const entry = await store.get('agents/s-1');
    return entry && (JSON.parse(entry.value.toString()) as object);
  };
  expect(await status()).toMatchObject({
    server: 's-1',
    load: { memory: { used: expect.any(Number) as number } },
  });

  const bootstrap = run(
    ...['bootstrap', '--id', 'edge-1', '--workers', '1', '--control-plane', xds],
    ...['--certs', join(directory, 'edge-1')],
  );
  expect(await bootstrap.ended()).toEqual({ code: 0, signal: null });
  cleanup.own(await startEnvoy({ bootstrap: JSON.parse(bootstrap.out.join('\n')) as object }));
  await waitFor(
    async () => {
      const { proxies } = await getJson<{ proxies: { id: string; workers: number }[] }>(
        `${admin}/v1/proxies`,
      );
      return proxies.some(({ id, workers }) => id === 'edge-1' && workers === 1);
    },
    { what: 'the proxy to be connected', timeout: 60_000 },
  );

  agent.child.kill('SIGTERM');
  expect(await agent.ended()).toEqual({ code: 0, signal: null });
  // Its lease was given back.
  expect(await status()).toBeUndefined();
  controlPlane.child.kill('SIGTERM');
  expect(await controlPlane.ended()).toEqual({ code: 0, signal: null });
});

test('an agent waits for etcd, and ends when it is told to', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const agent = cleanup.own(
    new Cohort(['agent', '--server', 's-1', '--etcd', '127.0.0.1:1', '--port', 'mqtt=127.0.0.1:9']),
  );
  await waitFor(() => agent.err.some((line) => line.includes('etcd')), {
    what: 'the agent to say so',
    timeout: 60_000,
  });
  agent.child.kill('SIGINT');
  expect(await agent.ended()).toEqual({ code: 0, signal: null });
  expect(agent.out).toEqual([]);
});

test('commands say what is wrong with their options', { timeout: TIMEOUT_MS }, async () => {
  const cleanup = cleanupAfterTest();
  const directory = cleanup.own(tmpDir('commands')).path;
  const wrong = async (...args: string[]): Promise<string> => {
    const cohort = cleanup.own(new Cohort(args));
    expect((await cohort.ended()).code).toBe(1);
    return cohort.err.join('\n');
  };
  const controlPlane = ['control-plane', '--id', 'a', '--etcd', '127.0.0.1:1'];
  expect(await wrong(...controlPlane)).toContain(
    'give all of --tls-cert, --tls-key and --tls-ca, or --plaintext',
  );
  expect(await wrong(...controlPlane, '--plaintext', '--xds', '0.0.0.0:0')).toContain('COHORT_XDS_PLAINTEXT');
  expect(await wrong(...controlPlane, '--plaintext', '--admin', '0.0.0.0:0')).toContain('COHORT_ADMIN_TOKEN');
  const bootstrap = ['bootstrap', '--id', 'a', '--control-plane', 'h:1'];
  expect(await wrong(...bootstrap)).toContain('give --certs DIRECTORY, or --plaintext');
  expect(await wrong(...bootstrap, '--certs', directory)).toContain('make it with `cohort certs`');
  expect(await wrong('fleet', '--proxy', 'mqtt=h:1', 'websocket=h:2')).toContain('no protocol in common');
  expect(await wrong('nothing')).toContain("unknown command 'nothing'");
});

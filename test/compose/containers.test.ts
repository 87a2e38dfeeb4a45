/** What is to be seen of the containers alone: who runs as whom, what is open to whom, and how each ends. */
import { beforeAll, afterAll, expect, test } from 'vitest';
import { getJson } from '../../local/http.ts';
import { waitFor } from '../harness/wait.ts';
import { homes, START_MS } from '../integration/system.ts';
import { command, containerOf, theEngine } from './engine.ts';
import type { ContainerPart } from './part.ts';
import { ComposeStack } from './stack.ts';

/** What is read of the engine's `inspect`. */
interface Inspected {
  readonly Config: { readonly User: string };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly RestartPolicy: { readonly Name: string };
    readonly CapAdd: readonly string[] | null;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>> | null;
  };
}

const { engine } = theEngine();
let system: ComposeStack;

beforeAll(async () => {
  system = await ComposeStack.start(theEngine());
}, START_MS);
afterAll(() => system.stop());

const parts = (): ContainerPart[] => [
  ...system.etcd,
  ...system.controlPlanes,
  ...system.proxies,
  ...system.servers,
];

async function inspect({ container }: ContainerPart): Promise<Inspected> {
  const [found] = JSON.parse(await command([...engine, 'inspect', container])) as Inspected[];
  if (found === undefined) throw new Error(`there is no container ${container}`);
  return found;
}

const inside = (part: { readonly container: string }, ...words: string[]): Promise<string> =>
  command([...engine, 'exec', part.container, ...words]);

test('nobody is root, gains rights or writes outside of its volumes', async () => {
  for (const part of parts()) {
    const { Config, HostConfig } = await inspect(part);
    expect([part.id, Config.User]).toEqual([part.id, 'cohort']);
    expect([part.id, HostConfig.ReadonlyRootfs, HostConfig.CapAdd ?? []]).toEqual([part.id, true, []]);
    const status = await inside(part, 'bash', '-c', 'cat /proc/1/status');
    expect([part.id, /^Uid:\s(.*)$/m.exec(status)?.[1]]).toEqual([part.id, '10001\t10001\t10001\t10001']);
    expect([part.id, /^CapEff:\s(.*)$/m.exec(status)?.[1]]).toEqual([part.id, '0000000000000000']);
    expect([part.id, /^NoNewPrivs:\s(.*)$/m.exec(status)?.[1]]).toEqual([part.id, '1']);
  }
});

test('what is published is published on loopback, and Envoy’s admin interface is not', async () => {
  for (const part of parts()) {
    const bindings = Object.entries((await inspect(part)).HostConfig.PortBindings ?? {});
    for (const [port, hosts] of bindings) {
      expect([part.id, port, hosts.map(({ HostIp }) => HostIp)]).toEqual([part.id, port, ['127.0.0.1']]);
    }
  }
  for (const proxy of system.proxies) {
    const { PortBindings } = (await inspect(proxy)).HostConfig;
    expect(Object.keys(PortBindings ?? {}).sort()).toEqual(['1883/tcp', '8080/tcp']);
    await expect(
      inside(system.servers[0] as ContainerPart, 'bash', '-c', `exec 3<>/dev/tcp/${proxy.id}/9901`),
    ).rejects.toThrow('Connection refused');
  }
});

test('every health check succeeds, and every part is started again when it fails', async () => {
  for (const part of parts()) {
    expect([part.id, await system.isHealthy(part.container)]).toEqual([part.id, true]);
    expect([part.id, (await inspect(part)).HostConfig.RestartPolicy.Name]).toEqual([
      part.id,
      'unless-stopped',
    ]);
  }
});

test('a health check fails where the part does not serve', async () => {
  const [server] = system.servers;
  if (server === undefined) throw new Error('there is no server');
  for (const words of [
    ['1', '/'],
    ['8080', '/status', 'no such text'],
  ]) {
    await expect(inside(server, 'healthy', ...words)).rejects.toThrow();
  }
  await expect(inside(server, 'healthy', '8080', '/status', `"id":"${server.id}"`)).resolves.toBe('');
});

test('each part has its own key and nobody else’s', async () => {
  for (const part of [...system.proxies, ...system.controlPlanes]) {
    expect(await inside(part, 'ls', '/certificates')).toContain(part.id);
    const keys = await inside(part, 'bash', '-c', 'find /certificates -name "*key*.pem"');
    expect(keys).toBe(`/certificates/${part.id}/key.pem`);
  }
});

test('the admin interface asks for the token, which only who may read it has', async () => {
  const url = `${system.controlPlanes[0]?.addresses.admin}/v1/servers`;
  await expect(getJson(url)).rejects.toThrow('401');
  await expect(getJson(url, { token: `${system.adminToken}x` })).rejects.toThrow('401');
  await expect(getJson(url, { token: system.adminToken })).resolves.toBeDefined();
  const certificates = await containerOf(theEngine(), system.project, 'certificates');
  const log = await command([...engine, 'logs', certificates]);
  expect(log).not.toContain(system.adminToken);
});

test('proxies reach etcd neither by its name nor by its address', async () => {
  const [etcd] = system.etcd;
  const [server] = system.servers;
  if (etcd === undefined || server === undefined) throw new Error('something is not there');
  const address = await inside(etcd, 'hostname', '-i');
  const connect = ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/2379`];
  await expect(inside(server, ...connect)).resolves.toBe('');
  for (const proxy of system.proxies) {
    await expect(inside(proxy, 'getent', 'hosts', etcd.id)).rejects.toThrow();
    await expect(inside(proxy, ...connect)).rejects.toThrow();
  }
});

test('the fleet connects, its messages arrive, and no organization is split', async () => {
  await system.compose('--profile', 'fleet', 'up', '--detach', '--no-build', '--no-recreate', 'fleet');
  const fleet = await containerOf(theEngine(), system.project, 'fleet');
  let line = '';
  await waitFor(
    async () => {
      line = await command([...engine, 'logs', '--tail', '1', fleet]);
      return /^200 of 200 devices .* messages: [1-9]\d{2,} arrived/.test(line);
    },
    {
      what: 'all devices to be connected and to have heard of each other',
      timeout: 60_000,
      interval: 500,
      describe: () => line,
    },
  );
  expect(line).toMatch(/, 0 lost;/);
  expect((await homes(system)).size).toBe(20);
});

test('Prometheus reaches every control plane, with the token, and the statistics of every proxy', async () => {
  await system.compose(
    '--profile',
    'monitoring',
    'up',
    '--detach',
    '--no-build',
    '--no-recreate',
    'prometheus',
  );
  const container = await containerOf(theEngine(), system.project, 'prometheus');
  const query = (text: string): string => `/api/v1/query?query=${encodeURIComponent(text)}`;
  // Five parts are scraped, none of which fails; and what a proxy says is there by the names that rules use.
  await waitFor(() => inside({ container }, 'healthy', '9090', query('sum(up)'), '"5"]').then(() => true), {
    what: 'everything to be scraped',
    timeout: 120_000,
    interval: 1_000,
  });
  await inside({ container }, 'healthy', '9090', query('count(cohort_refused_total) > 0'), '"value"');
});

test('SIGTERM ends every part orderly', { timeout: 180_000 }, async () => {
  for (const part of [...system.controlPlanes, ...system.proxies, ...system.servers, ...system.etcd]) {
    const began = performance.now();
    await part.stop();
    const took = Math.round(performance.now() - began);
    const { ExitCode, Running, OOMKilled } = await part.state();
    const log = ExitCode === 0 ? '' : await part.log();
    expect([ExitCode, Running, OOMKilled], `${part.id}, after ${took} ms; its log ends:\n${log}`).toEqual([
      0,
      false,
      false,
    ]);
  }
});

/** `cohort up`, with everything it starts. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { DemoServer } from '../../demo/server.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { Cohort, isAlive, pidsOf } from './cohort.ts';

const TIMEOUT_MS = 240_000;
const SMALL = [
  '--proxies',
  '1',
  '--control-planes',
  '1',
  '--servers',
  '1',
  '--devices',
  '6',
  '--organizations',
  '2',
];

function up(...args: string[]): Cohort {
  return cleanupAfterTest().own(new Cohort(['up', '--json', ...args]));
}

/** The directory with all that `up` has written: Envoy's bootstrap lies in it. */
function directoryOf(proxyPid: number): string {
  const args = execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(proxyPid)], { encoding: 'utf8' });
  return dirname(dirname(/--config-path (\S+)/.exec(args)?.[1] ?? ''));
}

test(
  'devices of all organizations are connected and whole, and it ends by itself with 0',
  { timeout: TIMEOUT_MS },
  async () => {
    const cohort = up(
      '--proxies',
      '2',
      '--servers',
      '3',
      '--devices',
      '60',
      '--organizations',
      '12',
      '--duration',
      '6',
    );
    const ready = await cohort.event('ready');
    const address = expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string;
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string;
    const pid = expect.any(Number) as number;
    expect(ready).toEqual({
      event: 'ready',
      proxies: [1, 2].map((n) => ({
        id: `proxy-${n}`,
        pid,
        listeners: { mqtt: address, websocket: address },
      })),
      controlPlanes: [1, 2, 3].map((n) => ({ id: `control-plane-${n}`, pid, admin: url, xds: address })),
      servers: [1, 2, 3].map((n) => ({
        id: `server-${n}`,
        pid,
        ports: { mqtt: address, websocket: address },
        status: expect.stringMatching(/^http:.*\/status$/) as string,
      })),
      etcd: { endpoints: [url], pids: [pid] },
    });
    expect(await cohort.ended()).toEqual({ code: 0, signal: null });
    const events = cohort.events;
    const summary = events.at(-1);
    expect(summary).toMatchObject({
      event: 'summary',
      devices: 60,
      connected: 60,
      organizations: 12,
      splitOrganizations: 0,
      sameServerShare: 1,
    });
    if (summary?.event !== 'summary') throw new Error('the last event is no summary');
    const { servers, worstOverMean, ...rest } = summary;
    expect(Object.keys(rest)).toHaveLength(6);
    expect(servers.map(({ id }) => id)).toEqual(['server-1', 'server-2', 'server-3']);
    const sum = (what: 'connections' | 'organizations'): number =>
      servers.reduce((total, server) => total + server[what], 0);
    expect([sum('connections'), sum('organizations')]).toEqual([60, 12]);
    const most = Math.max(...servers.map(({ connections }) => connections));
    expect(worstOverMean).toBeCloseTo(most / 20, 3);
    expect(events.map(({ event }) => event)).toContain('status');
    const status = events.findLast(({ event }) => event === 'status');
    expect(status).toMatchObject({
      proxies: 2,
      appliedBy: 2,
      leader: expect.stringMatching(/^control-plane-/) as string,
    });
    await waitFor(() => pidsOf(ready).every((one) => !isAlive(one)), { what: 'all processes to be gone' });
  },
);

test('Ctrl-C ends everything it started', { timeout: TIMEOUT_MS }, async () => {
  const cohort = up(...SMALL);
  const ready = await cohort.event('ready');
  const directory = directoryOf(ready.proxies[0]?.pid ?? 0);
  expect(existsSync(directory)).toBe(true);
  cohort.child.kill('SIGINT');
  expect(await cohort.ended()).toEqual({ code: 0, signal: null });
  expect(pidsOf(ready).filter(isAlive)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
});

test('nothing outlives it when it is killed', { timeout: TIMEOUT_MS }, async () => {
  const cohort = up(...SMALL);
  const ready = await cohort.event('ready');
  const directory = directoryOf(ready.proxies[0]?.pid ?? 0);
  cohort.child.kill('SIGKILL');
  expect(await cohort.ended()).toEqual({ code: null, signal: 'SIGKILL' });
  await waitFor(() => pidsOf(ready).every((one) => !isAlive(one)), { what: 'all processes to be gone' });
  await waitFor(() => !existsSync(directory), { what: 'the directory to be gone' });
});

test(
  "routes to servers of one's own, by the protocols that they all speak, on ports that were asked for",
  { timeout: TIMEOUT_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const servers: DemoServer[] = [];
    for (const id of ['mine', 'yours']) servers.push(cleanup.own(await new DemoServer({ id }).start()));
    const [mine, yours] = servers;
    const basePort = 11_000 + (process.pid % 3_000);
    const cohort = up(
      ...[
        '--proxies',
        '2',
        '--control-planes',
        '1',
        '--devices',
        '30',
        '--organizations',
        '8',
        '--duration',
        '8',
      ],
      ...['--server', `mine=127.0.0.1:${mine?.mqttPort}`, '--base-port', String(basePort)],
      ...['--server', `yours=mqtt://127.0.0.1:${yours?.mqttPort},ws://127.0.0.1:${yours?.websocketPort}`],
    );
    const ready = await cohort.event('ready');
    expect(ready.proxies.map(({ listeners }) => listeners)).toEqual([
      { mqtt: `127.0.0.1:${basePort}` },
      { mqtt: `127.0.0.1:${basePort + 1}` },
    ]);
    expect(ready.servers.map(({ id, pid }) => [id, pid])).toEqual([
      ['mine', undefined],
      ['yours', undefined],
    ]);
    const seats = await waitFor(
      () => {
        const found = servers.map((server) => server.status());
        return found.reduce((sum, { connections }) => sum + connections, 0) === 30 && found;
      },
      { what: 'all devices to be connected', timeout: 60_000 },
    );
    expect(await cohort.ended()).toEqual({ code: 0, signal: null });
    expect(cohort.events.at(-1)).toMatchObject({
      event: 'summary',
      connected: 30,
      splitOrganizations: 0,
      sameServerShare: 1,
      servers: seats.map(({ id, connections, organizations }) => ({
        id,
        connections,
        organizations: Object.keys(organizations).length,
      })),
    });
  },
);

test('with no devices it only serves', { timeout: TIMEOUT_MS }, async () => {
  const cohort = up(...SMALL, '--devices', '0', '--duration', '1');
  expect(await cohort.event('summary')).toMatchObject({ devices: 0, connected: 0, organizations: 0 });
  expect(await cohort.ended()).toEqual({ code: 0, signal: null });
});

test('says what is wrong with its options and starts nothing', { timeout: TIMEOUT_MS }, async () => {
  const wrong = async (...args: string[]): Promise<string> => {
    const cohort = up(...args);
    expect(await cohort.ended()).toEqual({ code: 1, signal: null });
    expect(cohort.out).toEqual([]);
    return cohort.err.join('\n');
  };
  expect(await wrong('--devices', 'many')).toContain('must be a whole number from 0');
  expect(await wrong('--servers', '2', '--server', 'a=127.0.0.1:1')).toContain('give one of the two');
  expect(await wrong('--server', 'a=ws://127.0.0.1:1', 'b=127.0.0.1:1')).toContain('no port kind in common');
});

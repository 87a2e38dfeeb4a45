/**
 * `npm run bench:xds`: a push of one resource to many ADS streams, a connection each, from one replica; and the leader's
 * work with reports. The clients run in a process of their own, so that processor time and memory are the server's alone.
 *
 * Exit codes: 0, 1 a bound is broken (ten times what is expected of a quiet machine), 2 the bench could not run.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { snapshotOfEncoded, TYPE_URLS, XdsServer } from '../../../control-plane/xds/index.ts';
import { measureFleetView } from './fleet-view.ts';

const STREAMS = Number(process.env['BENCH_STREAMS'] ?? 1_000);
const BYTES = 100 * 1024;
const ROUNDS = 5;

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
const megabytes = (): number => round(process.memoryUsage.rss() / 2 ** 20, 0);
const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

async function measurePush(): Promise<{ configured: number; last: number; cpu: number; rss: number }> {
  const server = new XdsServer({
    security: 'plaintext',
    log: pino({ level: 'warn' }),
    reports: () => undefined,
  });
  const port = await server.start();
  let content = 0;
  const publish = (): void => {
    const value = Buffer.alloc(BYTES, ++content);
    server.publish(snapshotOfEncoded([{ name: 'assignment', any: { type_url: TYPE_URLS.ECDS, value } }]));
  };
  publish();
  const main = join(dirname(fileURLToPath(import.meta.url)), 'clients-main.ts');
  const clients = fork(main, [String(port), String(STREAMS)], { execArgv: process.execArgv });
  let rounds = 0;
  let wake = (): void => undefined;
  clients.on('message', (message: { round?: number; error?: string }) => {
    if (message.error !== undefined) console.error(`a client: ${message.error}`);
    rounds = message.round ?? rounds;
    wake();
  });
  clients.on('exit', () => wake());
  const reached = async (wanted: number): Promise<void> => {
    while (rounds < wanted) {
      if (clients.exitCode !== null) throw new Error(`the clients ended with ${clients.exitCode}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  // From the first stream on: starting the clients' process is not the server's.
  const firstSeen = new Promise<number>((resolve) =>
    server.registry.onConnected(() => resolve(performance.now())),
  );
  await reached(1);
  const configured = (performance.now() - (await firstSeen)) / 1000;
  const pushes: { last: number; cpu: number }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    publish();
    await reached(2 + i);
    pushes.push({ last: (performance.now() - start) / 1000, cpu: cpuSeconds(cpu) });
  }
  const rss = megabytes();
  const exited = once(clients, 'exit');
  clients.disconnect();
  await exited;
  await server.stop();
  const median = (of: 'last' | 'cpu'): number =>
    pushes.map((push) => push[of]).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  console.log(
    `pushes: ${pushes.map(({ last, cpu }) => `${round(last)} s (${round(cpu)} CPU s)`).join(', ')}`,
  );
  return { configured, last: median('last'), cpu: median('cpu'), rss };
}

try {
  const push = await measurePush();
  console.log(
    `${STREAMS} streams: configured in ${round(push.configured)} s; 100 KB to all: the last after ${round(push.last)} s, ` +
      `${round(push.cpu)} CPU s (medians of ${ROUNDS}), ${push.rss} MB resident`,
  );
  const fleet = measureFleetView();
  console.log(
    `fleet view: ${fleet.vms} VMs x ${fleet.organizations} organizations; full report ${round(fleet.fullMs)} ms to decode, ` +
      `${round(fleet.takeFullMs)} ms to take in; report of 100 changes ${round(fleet.deltaMs)} ms in all; ${fleet.megabytes} MB`,
  );
  const broken = [
    push.last > 2.8 && 'the last stream has the push after more than 2.8 s',
    push.rss > 2_760 && 'more than 2,760 MB resident',
    fleet.deltaMs > 20 && 'a report of changes takes more than 20 ms',
  ].filter(Boolean);
  for (const what of broken) console.error(`a bound is broken: ${String(what)}`);
  process.exitCode = broken.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  // What it had open would keep it alive.
  process.exit(2);
}

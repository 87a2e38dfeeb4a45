/**
 * `npm run bench:leader [-- --seconds N]`: what 1,000,000 devices of 100,000 organizations behind 50 proxies cost the replica
 * that leads: its resident memory, and its share of a core while reports come in as often as by default, scans among them.
 *
 * Exit codes: 0, 1 a goal is missed or a sum is wrong, 2 the bench could not run.
 */
import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../../../control-plane/store/clock.ts';
import { BenchLeader } from './leader.ts';
import { FULL_LOAD, serverId } from './load.ts';

const MOST_MEGABYTES = 1024;
const MOST_SHARE = 0.5;
/** Between two scans. Milliseconds: far more often than the product does. */
const SCAN_MS = 10_000;

interface Told {
  readonly batch?: Uint8Array;
  readonly begun?: { readonly connections: number; readonly named: number; readonly split: number };
  readonly ended?: { readonly connections: number; readonly lateMs: number };
}

const megabytes = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);
const cpuSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
const connectionsOf = (leader: BenchLeader): number => {
  let sum = 0;
  for (const { connections } of leader.fleet.view.slotCounts()) sum += connections;
  return sum;
};

async function measure(seconds: number): Promise<string[]> {
  const leader = new BenchLeader(
    Array.from({ length: FULL_LOAD.servers }, (_, i) => serverId(i)),
    systemClock,
  );
  leader.fleet.start();
  const main = join(dirname(fileURLToPath(import.meta.url)), 'load-main.ts');
  const replicas = fork(main, [String(seconds)], { execArgv: process.execArgv, serialization: 'advanced' });
  let peak = 0;
  const sampler = setInterval(() => (peak = Math.max(peak, megabytes())), 200);
  let scanTimer: NodeJS.Timeout | undefined;
  let measured: ({ cpu: NodeJS.CpuUsage; at: number } & BenchLeader['taken']) | undefined;
  let begun: Told['begun'];
  const broken: string[] = [];
  const firstCpu = process.cpuUsage();
  const ended = await new Promise<NonNullable<Told['ended']>>((resolve, reject) => {
    const told = (message: Told): void => {
      if (message.batch !== undefined) leader.take(message.batch);
      if (message.begun !== undefined) {
        begun = message.begun;
        const counts = leader.fleet.view.counts();
        console.log(
          `all reports taken in: ${begun.connections} connections, ${counts.organizations} organizations named, ` +
            `${counts.splitOrganizations} of them split; ${cpuSeconds(firstCpu).toFixed(1)} CPU s, ${megabytes()} MB resident`,
        );
        if (counts.organizations !== begun.named) broken.push('not all named organizations are known');
        if (counts.splitOrganizations !== begun.split) broken.push('not all split organizations are known');
        leader.scanner.start();
        const scan = (): void => {
          leader.scanner.scanNow('request');
        };
        scan();
        scanTimer = setInterval(scan, SCAN_MS);
        measured = { cpu: process.cpuUsage(), at: performance.now(), ...leader.taken };
      }
      if (message.ended !== undefined) resolve(message.ended);
    };
    replicas.on('message', (message: Told) => {
      try {
        told(message);
      } catch (error) {
        reject(error as Error);
      }
    });
    replicas.on('exit', (code) => reject(new Error(`the replicas' process ended with ${code}`)));
  }).finally(() => {
    clearInterval(sampler);
    clearInterval(scanTimer);
    replicas.kill();
  });
  const { cpu, at, batches, bytes, looks, lookMs } = measured!;
  const elapsed = (performance.now() - at) / 1000;
  const share = cpuSeconds(cpu) / elapsed;
  peak = Math.max(peak, megabytes());
  const { records } = leader.scanner;
  leader.scanner.stop();
  leader.fleet.stop();
  console.log(
    `${elapsed.toFixed(0)} s: ${leader.taken.batches - batches} batches, ` +
      `${((leader.taken.bytes - bytes) / 2 ** 20 / elapsed).toFixed(2)} MB/s of reports, ` +
      `${leader.taken.looks - looks} looks of ${((leader.taken.lookMs - lookMs) / (leader.taken.looks - looks)).toFixed(1)} ms, ` +
      `${records.length} scans of ${(records[0]?.found.length ?? 0) + (records[0]?.unnamed ?? 0)} splits each in ${Math.max(...leader.scanMs).toFixed(0)} ms`,
  );
  console.log(
    `${(share * 100).toFixed(1)}% of a core (goal: under ${MOST_SHARE * 100}%), ` +
      `${peak} MB resident at most (goal: under ${MOST_MEGABYTES} MB)`,
  );
  if (ended.lateMs > 1_000) console.log(`the replicas were ${(ended.lateMs / 1000).toFixed(1)} s late`);
  if (connectionsOf(leader) !== ended.connections) broken.push('the sum of the connections is wrong');
  if (leader.taken.badReports > 0) broken.push(`${leader.taken.badReports} reports could not be read`);
  if (records.length === 0) broken.push('there was no scan');
  if (peak > MOST_MEGABYTES) broken.push(`more than ${MOST_MEGABYTES} MB resident`);
  if (share > MOST_SHARE) broken.push(`more than ${MOST_SHARE * 100}% of a core`);
  return broken;
}

try {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
  const broken = await measure(Number(values.seconds));
  for (const what of broken) console.error(`a goal is missed: ${what}`);
  process.exit(broken.length > 0 ? 1 : 0);
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(2);
}

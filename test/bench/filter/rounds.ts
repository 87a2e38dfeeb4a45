/** Runs the pairs. In each, every side gets a fresh Envoy, and the sides take turns at each work. */
import { loadavg } from 'node:os';
import { findEnvoy } from '../../../scripts/binaries.mjs';
import { Cleanup } from '../../harness/cleanup.ts';
import { loopbackAddress } from '../../harness/many-servers.ts';
import type { DevicesOrder } from './devices-main.ts';
import type { Measurements, WorkName } from './goals.ts';
import type { BenchOptions } from './options.ts';
import { Worker } from './process-io.ts';
import { keepOff, openFilesLimit, pinnedEnvoy, PROCESSORS, startBrake } from './processors.ts';
import { Proxy, type BenchServer, type Spoken } from './proxy.ts';
import { SPEECHES } from './speech.ts';
import type { ServerAnswer, ServerOrder } from './server-main.ts';
import { makeSide, type Side, type SideName } from './sides.ts';
import { sumOf, type Slice } from './window.ts';

/** Addresses of the servers: Envoy's own ports in TIME_WAIT, too, must not run out. */
const SERVERS = 16;
/** Files that Envoy and the others have open besides the connections. */
const OTHER_FILES = 300;
/** Sides take turns this often, so that what disturbs the machine for a while meets them alike. */
const TURN_MS = 250;
/** Work before each turn that is not counted. */
const WARM_UP_MS = 100;
const SMALL_MESSAGE = 100;
const LARGE_MESSAGE = 1_000_000;

/** The works, and the devices that do them at the same time. */
const WORK: Record<WorkName, (proxy: Proxy, lengthMs: number) => DevicesOrder> = {
  connects: (proxy, lengthMs) => ({
    do: 'connects',
    target: proxy.target,
    lanes: 64,
    window: { pid: proxy.pid, tid: proxy.tid, warmUpMs: WARM_UP_MS, lengthMs },
  }),
  roundTrips: (proxy, lengthMs) => ({
    do: 'exchanges',
    target: proxy.target,
    connections: 128,
    messageBytes: SMALL_MESSAGE,
    window: { pid: proxy.pid, tid: proxy.tid, warmUpMs: WARM_UP_MS, lengthMs },
  }),
  throughput: (proxy, lengthMs) => ({
    do: 'exchanges',
    target: proxy.target,
    connections: 8,
    messageBytes: LARGE_MESSAGE,
    window: { pid: proxy.pid, tid: proxy.tid, warmUpMs: WARM_UP_MS, lengthMs },
  }),
};

export interface Results extends Measurements, Spoken {
  pairs: number;
  seconds: number;
  brakes: number;
  idleConnections: number;
  processors: number;
  /** Programs that ran or wanted to before the bench began (load average over a minute). */
  loadBefore: number;
  node: string;
  envoy: string;
  at: string;
}

/** @param say is told what is going on */
export async function runRounds(
  options: BenchOptions,
  spoken: Spoken,
  say: (line: string) => void,
): Promise<Results> {
  const cleanup = new Cleanup();
  try {
    return await run(options, spoken, say, cleanup);
  } finally {
    await cleanup.run();
  }
}

async function run(
  options: BenchOptions,
  spoken: Spoken,
  say: (line: string) => void,
  cleanup: Cleanup,
): Promise<Results> {
  const found = await findEnvoy();
  const load = loadavg()[0] ?? NaN;
  if (load > 0.5) say(`the machine is busy (load average ${load.toFixed(1)}): do not trust what comes out`);
  // Two files for each device: its connection, and the one to the server.
  const wanted = 2 * options.idle + OTHER_FILES;
  const limit = openFilesLimit(wanted);
  const idle = Math.min(options.idle, Math.floor((limit - OTHER_FILES) / 2));
  if (options.only.includes('memory') && idle < options.idle)
    say(`open files are limited to ${limit}: ${idle} idle connections instead of ${options.idle}`);
  const envoy = cleanup.own(pinnedEnvoy(found.path, wanted));
  const servers = cleanup.own(new Worker<ServerOrder, ServerAnswer>('./server-main.ts'));
  const devices = cleanup.own(new Worker<DevicesOrder, Slice | undefined>('./devices-main.ts'));
  const hosts = Array.from({ length: SERVERS }, (_, index) => loopbackAddress(index, 1));
  const { ports } = await servers.ask({ hosts, protocol: spoken.protocol });
  const endpoints = hosts.map((host, i): BenchServer => ({ id: `server-${i}`, host, port: ports[i]! }));
  for (const pid of [process.pid, servers.pid, devices.pid]) keepOff(pid);
  for (let i = 0; i < options.brakes; i++) cleanup.own(startBrake());

  const approach = { http: SPEECHES[spoken.protocol].listener.protocol === 'WEBSOCKET', tls: spoken.tls };
  const sides = options.sides.map((name, index) =>
    makeSide(name, loopbackAddress(index, 3), approach, options.code),
  );
  const results: Results = {
    ...{ pairs: options.pairs, seconds: options.seconds, brakes: options.brakes, idleConnections: idle },
    ...{ processors: PROCESSORS, loadBefore: load, node: process.version, envoy: found.version },
    ...spoken,
    at: new Date().toISOString(),
    work: { connects: {}, roundTrips: {}, throughput: {} },
    memory: {},
  };
  for (let pair = 0; pair < options.pairs; pair++) {
    say(`pair ${pair + 1} of ${options.pairs}`);
    // Every other pair the other way round: what grows or wears out in a pair does not always meet the same side.
    const turn = pair % 2 === 0 ? sides : [...sides].reverse();
    await runPair({
      turn,
      spoken,
      results,
      endpoints,
      devices,
      binary: envoy.path,
      idle,
      lengthMs: options.seconds * 1000,
      only: options.only,
    });
  }
  return results;
}

interface Pair {
  spoken: Spoken;
  turn: readonly Side[];
  results: Results;
  endpoints: readonly BenchServer[];
  devices: Worker<DevicesOrder, Slice | undefined>;
  binary: string;
  idle: number;
  lengthMs: number;
  only: BenchOptions['only'];
}

async function runPair(pair: Pair): Promise<void> {
  const { turn, results, endpoints, devices, binary, idle, lengthMs, only, spoken } = pair;
  const cleanup = new Cleanup();
  try {
    const proxies: Proxy[] = [];
    for (const side of turn) proxies.push(cleanup.own(await Proxy.start(side, endpoints, binary, spoken)));
    if (only.includes('memory')) {
      for (const proxy of proxies) {
        (results.memory[proxy.side] ??= []).push(await measureMemory(proxy, devices, idle));
      }
    }
    for (const work of ['connects', 'roundTrips', 'throughput'] as const) {
      if (!only.includes(work)) continue;
      const turns = Math.max(1, Math.round(lengthMs / TURN_MS));
      const slices = new Map<SideName, Slice[]>();
      for (let i = 0; i < turns * proxies.length; i++) {
        const proxy = proxies[i % proxies.length]!;
        const slice = await devices.ask(WORK[work](proxy, lengthMs / turns));
        if (slice === undefined || slice.operations === 0) {
          throw new Error(`${work} of ${proxy.side}: nothing was done`);
        }
        slices.set(proxy.side, [...(slices.get(proxy.side) ?? []), slice]);
        await proxy.connected(0);
      }
      for (const [side, parts] of slices) (results.work[work][side] ??= []).push(sumOf(parts));
    }
  } finally {
    await cleanup.run();
  }
}

/** Bytes for each of `idle` connected devices that say nothing, in an Envoy that had a few before. */
async function measureMemory(
  proxy: Proxy,
  devices: Worker<DevicesOrder, Slice | undefined>,
  idle: number,
): Promise<{ resident: number; allocated: number }> {
  const { target } = proxy;
  // What is made once, such as the worker's connection pools, is no part of a connection.
  await devices.ask({ do: 'hold', target, connections: 50 });
  await devices.ask({ do: 'drop' });
  await proxy.connected(0);
  const before = await proxy.memory();
  await devices.ask({ do: 'hold', target, connections: idle });
  await proxy.connected(idle);
  const after = await proxy.memory();
  await devices.ask({ do: 'drop' });
  await proxy.connected(0);
  return {
    resident: (after.resident - before.resident) / idle,
    allocated: (after.allocated - before.allocated) / idle,
  };
}

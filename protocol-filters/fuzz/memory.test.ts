import { generate } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { Environment, Host, type HttpStream, type TcpStream, type Worker } from '../host/index.ts';
import { decodeReport, encodeAssignment, SLOTS } from '../wire/index.ts';
import { SERVER_PROPERTY } from './device.ts';
import { measuredFilter } from './filters.ts';
import { encodeKind, HTTP_LISTENERS, NAME, TCP_LISTENERS } from './listeners.ts';

const CONNECTIONS = 1_000_000;
/** Open at once. */
const WAVE = 10_000;
const ORGANIZATIONS = 500;
const SERVERS = ['a', 'b', 'c'];

const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const LOCATED = SERVERS.map((id) => new Map([[SERVER_PROPERTY, Buffer.from(id)]]));
const PACKETS = Array.from({ length: ORGANIZATIONS }, (_, i) =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    clientId: 'device',
    username: `organization-${i}/device`,
  }),
);
const UPGRADES = Array.from({ length: ORGANIZATIONS }, (_, i): [string, string][] => [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'device.test'],
  [':path', '/'],
  ['upgrade', 'websocket'],
  ['connection', 'Upgrade'],
  [`x-${NAME}`, `organization-${i}`],
]);

async function startHost(): Promise<Host> {
  const environment = new Environment({ strict: true, onLog: () => undefined });
  const host = new Host({ workers: 1, environment });
  const module = await measuredFilter();
  const slots = new Uint16Array(SLOTS).map((_, slot) => slot % SERVERS.length);
  const reports = { cluster: 'control_plane', intervalMs: 250, fullIntervalMs: 1000 };
  const configuration = encodeAssignment({ epoch: 1, version: 1, servers: SERVERS, slots, reports });
  host.configure({ name: 'assignment', module, configuration });
  for (const kind of [TCP_LISTENERS[0]!, HTTP_LISTENERS[0]!]) {
    const http = kind.protocol === 'WEBSOCKET';
    host.configure({
      name: kind.name,
      module,
      configuration: encodeKind(kind),
      kind: http ? 'http' : 'network',
    });
  }
  return host;
}

/** Opens the n-th connection and brings it as far as it comes: most sit on a server, some wait, some are refused. */
function open(worker: Worker, n: number): TcpStream | HttpStream {
  const options = { properties: LOCATED[n % SERVERS.length]!, keepBytes: false };
  if (n % 5 === 0) {
    const stream = worker.request(HTTP_LISTENERS[0]!.name, {
      ...options,
      headers: UPGRADES[n % ORGANIZATIONS]!,
    });
    stream.respond([[':status', '101']]);
    stream.serverSends(CONNACK);
    return stream;
  }
  const packet = PACKETS[n % ORGANIZATIONS]!;
  const stream = worker.connect(TCP_LISTENERS[0]!.name, options);
  if (n % 17 === 0) stream.send(packet.subarray(0, 9));
  else if (n % 19 === 0) stream.send(CONNACK);
  else stream.send(packet);
  if (stream.upstreamState === 'connecting' && n % 23 !== 0) {
    stream.upstreamConnected();
    stream.serverSends(CONNACK);
  }
  return stream;
}

/** Lets a second pass; every report is answered. @returns the connections that the last full report counts */
function report(host: Host): number {
  let connections = NaN;
  for (let i = 0; i < 8; i++) {
    host.environment.clock.advance(250);
    for (const thread of [host.main, ...host.workers]) {
      const { callouts } = thread.vm('assignment')!;
      for (const call of callouts.grpc.splice(0)) {
        const said = decodeReport(call.messages[0]!);
        if (thread !== host.main && said.full) {
          connections = said.slots.reduce((sum, slot) => sum + slot.connections, 0);
        }
        callouts.grpcReceive(call.token, new Uint8Array(0));
      }
    }
  }
  return connections;
}

it(
  'uses as much memory after a million connections as after the first ten thousand',
  { timeout: 300_000 },
  async () => {
    const host = await startHost();
    const worker = host.worker();
    const vm = worker.vm('assignment')!;
    const usedBytes = vm.exports['usedBytes'] as () => number;
    const started = performance.now();
    const idle = usedBytes();
    let [used, pages] = [0, 0];
    for (let wave = 0; wave < CONNECTIONS / WAVE; wave++) {
      const streams: (TcpStream | HttpStream)[] = [];
      for (let i = 0; i < WAVE; i++) streams.push(open(worker, wave * WAVE + i));
      const busy = usedBytes();
      expect(busy).toBeGreaterThan(idle + WAVE * 32);
      if (wave % 10 === 0)
        expect(report(host)).toBe(streams.filter((stream) => stream.open && seated(stream)).length);
      for (const stream of streams) stream.resetDownstream();
      expect(vm.openStreams).toBe(0);
      expect(report(host)).toBe(0);
      // What the tables of the busiest moment take is kept; all else is given back.
      if (wave === 0) [used, pages] = [usedBytes(), vm.memory.pages];
      expect([usedBytes(), vm.memory.pages]).toEqual([used, pages]);
    }
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${CONNECTIONS} connections, ${WAVE} at once, in ${seconds.toFixed(1)} s; ` +
        `${idle} bytes in use before, ${used} after, ${pages} pages`,
    );
  },
);

function seated(stream: TcpStream | HttpStream): boolean {
  return 'upstreamState' in stream
    ? stream.upstreamState === 'connected'
    : stream.clientHeaders !== undefined;
}

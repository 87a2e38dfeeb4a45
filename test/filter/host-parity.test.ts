/**
 * One script of events, run through the Node host and through a real Envoy: what comes out is compared after every event,
 * so that the host in which the filter's unit tests run cannot drift from Envoy unnoticed.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPacket, Product, SERVERS } from '../../protocol-filters/test/product.ts';
import type { OrganizationSource } from '../../protocol-filters/wire/index.ts';
import { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { RawDevice, upgradeRequestBytes, waitForHttpHead } from '../harness/device.ts';
import { EchoServer } from '../harness/server.ts';
import type { RecordedSocket } from '../harness/socket.ts';
import { startTestbed, type Testbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

type Event =
  | readonly ['device' | 'server', Uint8Array]
  | readonly ['device ends' | 'server ends' | 'device resets' | 'server resets' | 'time passes'];

/** What both ends have seen so far. */
interface Outcome {
  /** Which server the connection went to. */
  readonly server: string | undefined;
  readonly atServer: string;
  readonly atDevice: string;
  readonly deviceSawEnd: boolean;
  readonly serverSawEnd: boolean;
}

const MQTT_SOURCES: readonly OrganizationSource[] = [
  { field: 'MQTT_USER_PROPERTY', name: 'organization' },
  { field: 'MQTT_USER_NAME' },
  { field: 'MQTT_CLIENT_ID' },
];
const WEBSOCKET_SOURCES: readonly OrganizationSource[] = [
  { field: 'HTTP_HEADER', name: 'x-organization' },
  { field: 'HTTP_QUERY_PARAMETER', name: 'org' },
  { field: 'HTTP_PATH_SEGMENT', segment: 1 },
];
const TIMEOUT_MS = 1000;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const PINGREQ = Buffer.from([0xc0, 0]);
const PINGRESP = Buffer.from([0xd0, 0]);
const acme = connectPacket({ username: 'acme/1' });
const bytewise = (bytes: Uint8Array): Event[] =>
  [...bytes].map((byte) => ['device', Buffer.from([byte])] as const);

const MQTT_SCRIPTS: readonly (readonly [string, readonly Event[]])[] = [
  [
    'a session',
    [
      ['device', acme],
      ['server', CONNACK],
      ['device', PINGREQ],
      ['server', PINGRESP],
      ['device ends'],
      ['server ends'],
    ],
  ],
  [
    'a session that the server ends',
    [['device', acme], ['server', CONNACK], ['server ends'], ['device', PINGREQ], ['device ends']],
  ],
  [
    'MQTT 5 with properties',
    [
      [
        'device',
        connectPacket({ protocolVersion: 5, properties: { userProperties: { organization: 'acme' } } }),
      ],
      ['server', CONNACK],
    ],
  ],
  [
    'a client id',
    [
      ['device', connectPacket({ clientId: 'other:1' })],
      ['server', CONNACK],
    ],
  ],
  [
    'CONNECT and more in one piece',
    [
      ['device', Buffer.concat([acme, PINGREQ, PINGREQ])],
      ['server', CONNACK],
    ],
  ],
  ['a byte at a time', [...bytewise(acme), ['server', CONNACK], ['device', PINGREQ]]],
  [
    'bytes before the server answers',
    [
      ['device', acme],
      ['device', PINGREQ],
      ['device', PINGREQ],
      ['server', CONNACK],
    ],
  ],
  [
    "the server's packets in pieces",
    [
      ['device', acme],
      ['server', CONNACK.subarray(0, 1)],
      ['server', CONNACK.subarray(1, 3)],
      ['server', Buffer.concat([CONNACK.subarray(3), PINGRESP])],
    ],
  ],
  [
    'a long CONNECT in two pieces',
    [
      [
        'device',
        connectPacket({
          username: 'acme/1',
          will: { topic: 't', payload: Buffer.alloc(20_000), qos: 0, retain: false },
        }).subarray(0, 9000),
      ],
      [
        'device',
        connectPacket({
          username: 'acme/1',
          will: { topic: 't', payload: Buffer.alloc(20_000), qos: 0, retain: false },
        }).subarray(9000),
      ],
      ['server', CONNACK],
    ],
  ],
  ['CONNECT and FIN', [['device', acme], ['device ends'], ['server', CONNACK], ['server ends']]],
  ['half a CONNECT and FIN', [['device', acme.subarray(0, 10)], ['device ends']]],
  ['a reset of the device', [['device', acme], ['server', CONNACK], ['device resets']]],
  ['a reset of the server', [['device', acme], ['server', CONNACK], ['server resets']]],
  ['not MQTT', [['device', Buffer.from('GET / HTTP/1.1\r\n')]]],
  [
    'not MQTT after the first bytes',
    [
      ['device', Buffer.from([0x10, 30, 0, 4])],
      ['device', Buffer.from('XYZZ')],
    ],
  ],
  [
    'another level',
    [['device', connectPacket({ protocolId: 'MQIsdp', protocolVersion: 3, username: 'acme/1' })]],
  ],
  ['a CONNECT of 4 MiB', [['device', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x01])]]],
  ['a length of five bytes', [['device', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01])]]],
  ['no organization', [['device', connectPacket({ clientId: '' })]]],
  ['an empty organization', [['device', connectPacket({ username: '/1' })]]],
  ['a long organization', [['device', connectPacket({ username: 'x'.repeat(257) })]]],
  ['no UTF-8', [['device', connectPacket({ username: Buffer.from([0xff]) as unknown as string })]]],
  ['silence', [['time passes']]],
  ['half a CONNECT, then silence', [['device', acme.subarray(0, 10)], ['time passes']]],
];

const UPGRADE = [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
] as const;
const HTTP_REQUESTS: readonly (readonly [string, string, readonly (readonly [string, string])[]])[] = [
  ['a path segment', '/d/acme/1', UPGRADE],
  ['a percent-encoded segment', '/d/%61cme', UPGRADE],
  ['a query parameter', '/?x=1&org=other', UPGRADE],
  ['a header', '/', [...UPGRADE, ['x-organization', 'third']]],
  ['a path that is too short', '/d', UPGRADE],
  ['an empty segment', '/d//1', UPGRADE],
  ['a long segment', `/d/${'x'.repeat(300)}`, UPGRADE],
  ['no UTF-8', '/d/%ff', UPGRADE],
  ['no upgrade', '/d/acme', [['accept', '*/*']]],
];

const cleanup = new Cleanup();
const servers: { id: string; echo: EchoServer; websocket: WebSocketServerUpstream }[] = [];
let bed: Testbed;

beforeAll(async () => {
  for (const id of SERVERS) {
    const echo = cleanup.own(await EchoServer.start({ answer: () => undefined, answerEnd: false }));
    servers.push({ id, echo, websocket: cleanup.own(await WebSocketServerUpstream.start()) });
  }
  bed = cleanup.own(
    await startTestbed({
      servers: servers.map(({ id, echo, websocket }) => {
        return { id, host: '127.0.0.1', mqtt: echo.port, websocket: websocket.port };
      }),
      mqttSources: MQTT_SOURCES,
      websocketSources: WEBSOCKET_SOURCES,
      firstMessageTimeoutMs: TIMEOUT_MS,
      // Health checks would be connections, too.
      healthCheck: { mqtt: 'tcp', websocket: 'tcp' },
    }),
  );
});
afterAll(() => cleanup.run());

/** The refusals of the real filter so far. */
async function realRefusals(): Promise<Record<string, number>> {
  const prefix = 'wasmcustom.cohort.refused.';
  const stats = await bed.proxies[0]?.stats(prefix);
  return Object.fromEntries([...(stats ?? [])].map(([name, value]) => [name.slice(prefix.length), value]));
}

/** Runs the script in the host; the outcome after each event, and the refusals at the end. */
function predict(script: readonly Event[]): { outcomes: Outcome[]; refusals: Record<string, number> } {
  const product = new Product({ mqttSources: MQTT_SOURCES, firstMessageTimeoutMs: TIMEOUT_MS });
  const stream = product.connect();
  const outcomes = script.map(([what, bytes]): Outcome => {
    if (what === 'device' && bytes) stream.send(bytes);
    if (what === 'server' && bytes) stream.serverSends(bytes);
    if (what === 'device ends') stream.endDownstream();
    if (what === 'server ends') stream.endUpstream();
    if (what === 'device resets') stream.resetDownstream();
    if (what === 'server resets') stream.resetUpstream();
    if (what === 'time passes') product.host.environment.clock.advance(2 * TIMEOUT_MS);
    if (stream.open && stream.upstreamState === 'connecting') stream.upstreamConnected();
    const wasConnected = stream.upstreamState === 'connected';
    return {
      server: wasConnected ? stream.state('envoy.hashable_string')?.split('_')[0] : undefined,
      atServer: hex(stream.atUpstream.bytes),
      atDevice: hex(stream.atClient.bytes),
      deviceSawEnd: stream.clientEnded || (stream.closed !== undefined && what !== 'device resets'),
      serverSawEnd: stream.upstreamEnded || (stream.closed !== undefined && wasConnected),
    };
  });
  return { outcomes, refusals: product.refusals() };
}

describe('MQTT', () => {
  it.each(MQTT_SCRIPTS)('%s', async (_, script) => {
    const { outcomes, refusals } = predict(script);
    const before = await realRefusals();
    const counts = servers.map(({ echo }) => echo.connections.length);
    const device = cleanupAfterTest().own(await RawDevice.connect(bed.mqtt()));
    let at: { id: string; connection: RecordedSocket } | undefined;
    const look = (): Outcome => {
      const found = servers.findIndex(({ echo }, i) =>
        // Health checks connect and send nothing.
        echo.connections.slice(counts[i]).some((connection) => connection.bytesReceived > 0),
      );
      const server = servers[found];
      const connection = server?.echo.connections
        .slice(counts[found])
        .find(({ bytesReceived }) => bytesReceived > 0);
      if (server && connection) at = { id: server.id, connection };
      return {
        server: at?.id,
        atServer: hex(at?.connection.received ?? Buffer.alloc(0)),
        atDevice: hex(device.received),
        deviceSawEnd: device.ended || device.reset,
        serverSawEnd: at !== undefined && (at.connection.ended || at.connection.reset),
      };
    };
    for (const [index, [what, bytes]] of script.entries()) {
      const expected = outcomes[index];
      if (what === 'device' && bytes) await device.send(bytes);
      if (what === 'server' && bytes) await at?.connection.send(bytes);
      if (what === 'device ends') device.end();
      if (what === 'server ends') at?.connection.end();
      if (what === 'device resets') device.abort();
      if (what === 'server resets') at?.connection.abort();
      await waitFor(
        () => JSON.stringify(look()) === JSON.stringify({ ...expected, ...ownReset(what, look()) }),
        {
          what: `event ${index} (${what}) to come out as in the host: ${JSON.stringify(expected)}`,
          describe: () => JSON.stringify(look()),
        },
      );
    }
    await waitFor(
      async () => {
        const now = await realRefusals();
        const grown = Object.entries(now).filter(([name, value]) => value > (before[name] ?? 0));
        return JSON.stringify(grown.map(([name]) => name)) === JSON.stringify(Object.keys(refusals));
      },
      { what: `Envoy to count ${JSON.stringify(refusals)}` },
    );
  });
});

/** The end that resets its own connection does not see it end. */
function ownReset(what: Event[0], seen: Outcome): Partial<Outcome> {
  if (what === 'device resets') return { deviceSawEnd: seen.deviceSawEnd };
  if (what === 'server resets') return { serverSawEnd: seen.serverSawEnd };
  return {};
}

describe('HTTP', () => {
  it.each(HTTP_REQUESTS)('%s', async (_, path, headers) => {
    const product = new Product({ websocketSources: WEBSOCKET_SOURCES });
    const predicted = product.request(
      path,
      headers.map(([name, value]) => [name, value]),
    );
    const device = cleanupAfterTest().own(await RawDevice.connect(bed.websocket()));
    const isUpgrade = headers.some(([name]) => name === 'upgrade');
    const extra = headers.filter(([name]) => name !== 'upgrade' && name !== 'connection');
    const request = isUpgrade
      ? upgradeRequestBytes({ path, headers: extra.map(([name, value]) => [name, value]) })
      : Buffer.from(`GET ${path} HTTP/1.1\r\nHost: device.test\r\n\r\n`);
    await device.send(request);
    const { status, rest } = await waitForHttpHead(device);
    expect(status).toBe(predicted.localResponse?.status ?? 101);
    if (predicted.localResponse) {
      expect(rest.toString()).toBe(predicted.localResponse.body.toString());
      return;
    }
    const [id] = (predicted.routed?.get('envoy.hashable_string')?.value.toString() ?? '').split('_');
    const landed = servers.find(({ websocket }) => websocket.sessions.some(({ url }) => url === path));
    expect(landed?.id).toBe(id);
  });
});

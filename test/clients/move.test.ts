/**
 * Other people's clients through a real Envoy, with mosquitto and aedes behind it: an organization is moved from one to
 * the other and back, every client shows what it was told, and comes back. `docs/protocols.md` says the same.
 */
import mqtt from 'mqtt';
import { Greeter } from '../../greeter/greeter.ts';
import { loadIdentifierCode } from '../../greeter/identifier.ts';
import { greeterListeners } from '../../greeter/listeners.ts';
import { RelayKey } from '../../greeter/relay-key.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { DemoServer } from '../../demo/server.ts';
import { findClients } from '../../scripts/clients.mjs';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import {
  addressesOf,
  listenerFrom,
  setGreeters,
  setListeners,
  setServers,
} from '../harness/more-listeners.ts';
import { startTestbed, type Testbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import type { Client, Told } from './client.ts';
import { JsonRpcServer, VscodeJsonRpc } from './json-rpc.ts';
import { LineDevice } from './line-device.ts';
import { Mosquitto } from './mosquitto.ts';
import { mosquittoSub, paho, type MqttDeviceOptions } from './mqtt-clients.ts';
import { MqttJs } from './mqtt-js.ts';
import { deviceTls, proxyTls } from './tls.ts';
import { cameBack, expectDocumented, shown, type Observation } from './observed.ts';
import { websockets, Ws } from './websocket-clients.ts';

const ORGANIZATION = 'acme';
const SERVERS = ['mosquitto', 'aedes'];
const { python, mosquitto, missing } = await findClients();

type Row = Omit<Observation, 'shows' | 'does'> & { readonly byApplication?: boolean };
/** Where the proxy takes devices: `host:port` by listener. */
type Addresses = ReadonlyMap<string, string>;
interface Case {
  readonly row: Row;
  readonly start: (at: Addresses) => Client;
}

const inWebSocket = { protocol: 'WEBSOCKET', portKind: 'websocket' };
const segment = { field: 'HTTP_PATH_SEGMENT', segment: 0 };
const pointer = { field: 'JSON_POINTER', pointer: '/params/organization' };
const userName = { field: 'MQTT_USER_NAME' };
/** Beside the testbed's own, by the cluster that they lead to. */
const files = { certificate: '/tls/crt', privateKey: '/tls/key', watchedDirectory: '/tls' };
const LISTENERS = {
  servers_mqtt: [
    {
      ...{ name: 'for_good', protocol: 'MQTT', portKind: 'mqtt', sources: [userName], address: '127.0.0.7' },
      redirect: { permanent: true, location: 'mqtt://elsewhere' },
    },
    {
      ...{ name: 'mqtt_tls', protocol: 'MQTT', portKind: 'mqtt', address: '127.0.0.8' },
      sources: [{ field: 'CERTIFICATE_SUBJECT', attribute: 'O' }],
      tls: { ...files, authority: '/tls/ca', requireCertificate: true },
    },
  ].map(listenerFrom),
  servers_mqtt_in_websocket: [
    { ...inWebSocket, name: 'mqtt_ws', inner: 'MQTT', sources: [segment], address: '127.0.0.3' },
    {
      ...{ ...inWebSocket, name: 'greeted', inner: 'MQTT', sources: [userName], address: '127.0.0.4' },
      greeter: { mode: 'RELAY' },
    },
  ].map(listenerFrom),
  servers_json_rpc: [
    {
      ...{ name: 'json_rpc', protocol: 'JSON_RPC', portKind: 'json_rpc', sources: [pointer] },
      ...{ jsonRpc: { framing: 'HEADERS' }, address: '127.0.0.5' },
    },
  ].map(listenerFrom),
  servers_lines: [
    {
      ...{ name: 'json_lines', protocol: 'JSON_RPC', portKind: 'lines', sources: [pointer] },
      ...{ redirect: { location: 'tcp://b', retryAfterMs: 100 }, address: '127.0.0.9' },
    },
    {
      ...{ name: 'declared', protocol: 'DECLARED', portKind: 'lines', sources: [pointer] },
      declared: { framing: { kind: 'LINES' }, redirect: { text: 'GO {location} {reason} {retryAfterMs}' } },
      ...{ redirect: { location: 'tcp://b', retryAfterMs: 100 }, address: '127.0.0.10' },
    },
  ].map(listenerFrom),
  servers_json_rpc_in_websocket: [
    { ...inWebSocket, name: 'json_rpc_ws', inner: 'JSON_RPC', sources: [segment], address: '127.0.0.6' },
  ].map(listenerFrom),
};

function mqttCase(
  client: string,
  version: '3.1.1' | '5',
  make: (options: MqttDeviceOptions) => Client,
  listener = 'mqtt',
  more: Partial<Row> = {},
): Case {
  const row = {
    client,
    protocol: `MQTT ${version}`,
    source: 'user name',
    redirect: version === '5' ? 'DISCONNECT 0x9C' : 'a clean end',
    ...more,
  };
  const id = idOf(row);
  const scheme = listener.endsWith('tls') ? 'mqtts' : 'mqtt';
  const start = (at: Addresses): Client =>
    make({ url: `${scheme}://${at.get(listener)}`, version, organization: ORGANIZATION, id });
  return { row, start };
}

/** The same client with MQTT inside a WebSocket. */
function inside(
  client: string,
  version: '3.1.1' | '5',
  { listener, source }: { listener: string; source: string },
  make: (options: MqttDeviceOptions) => Client,
): Case {
  const protocol = `MQTT ${version} in WebSocket`;
  const redirect = version === '5' ? 'DISCONNECT 0x9C, Close 1012' : 'Close 1012';
  const row = { client, protocol, source, redirect };
  const start = (at: Addresses): Client =>
    make({
      url: `ws://${at.get(listener)}/${ORGANIZATION}/mqtt`,
      ...{ version, organization: ORGANIZATION, id: idOf(row) },
    });
  return { row, start };
}

/** Tells clients apart at the brokers. */
function idOf({ client, protocol, source, redirect }: Row): string {
  return `${client} ${protocol} ${source}${redirect.includes('0x9D') ? ' for good' : ''}`.replace(
    /[^A-Za-z0-9.]+/g,
    '-',
  );
}

const versions = ['3.1.1', '5'] as const;
const webSocketRow = { protocol: 'WebSocket', source: 'path segment', redirect: 'Close 1012' };
const path = `/${ORGANIZATION}/device`;
const CASES: Case[] = [
  ...versions.map((version) => mqttCase('mqtt.js', version, (options) => new MqttJs(options))),
  mqttCase('mqtt.js', '5', (options) => new MqttJs(options), 'for_good', {
    redirect: 'DISCONNECT 0x9D, Server Reference',
  }),
  mqttCase('mqtt.js', '5', (options) => new MqttJs({ ...options, tls: deviceTls }), 'mqtt_tls', {
    ...{ protocol: 'MQTT 5 over TLS', source: 'client certificate, O' },
  }),
  ...(python === null
    ? []
    : versions.map((version) => mqttCase('Paho', version, (options) => paho(python, options)))),
  ...(mosquitto === null
    ? []
    : versions.map((version) =>
        mqttCase('mosquitto_sub', version, (options) => mosquittoSub(mosquitto, options)),
      )),
  {
    row: { client: 'ws', ...webSocketRow, byApplication: true },
    start: (at) => new Ws(`ws://${at.get('websocket')}${path}`),
  },
  ...(python === null
    ? []
    : [
        {
          row: { client: 'websockets', ...webSocketRow },
          start: (at: Addresses) => websockets(python, `ws://${at.get('websocket')}${path}`),
        },
      ]),
  ...versions.map((version) =>
    inside(
      'mqtt.js',
      version,
      { listener: 'mqtt_ws', source: 'path segment' },
      (options) => new MqttJs(options),
    ),
  ),
  inside(
    'mqtt.js',
    '5',
    { listener: 'greeted', source: 'user name, by a greeter' },
    (options) => new MqttJs(options),
  ),
  ...(python === null
    ? []
    : [
        inside('Paho', '5', { listener: 'mqtt_ws', source: 'path segment' }, (options) =>
          paho(python, options),
        ),
      ]),
  {
    row: {
      ...{ client: 'vscode-jsonrpc', protocol: 'JSON-RPC, `Content-Length`', source: 'JSON pointer' },
      ...{ redirect: '`server.redirect`', byApplication: true },
    },
    start: (at) => new VscodeJsonRpc(`tcp://${at.get('json_rpc')}`, ORGANIZATION),
  },
  {
    row: {
      ...{ client: 'vscode-jsonrpc', protocol: 'JSON-RPC, a line each', source: 'JSON pointer' },
      ...{ redirect: '`server.redirect` with a location', byApplication: true },
    },
    start: (at) => new VscodeJsonRpc(`lines://${at.get('json_lines')}`, ORGANIZATION),
  },
  {
    row: {
      ...{ client: 'a program of 20 lines', protocol: 'declared: lines', source: 'JSON pointer' },
      ...{ redirect: '`GO {location} {reason} {retryAfterMs}`', byApplication: true },
    },
    start: (at) => new LineDevice(at.get('declared') ?? '', ORGANIZATION),
  },
  {
    row: {
      ...{ client: 'vscode-jsonrpc', protocol: 'JSON-RPC in WebSocket', source: 'path segment' },
      ...{ redirect: '`server.redirect`, Close 1012', byApplication: true },
    },
    start: (at) => new VscodeJsonRpc(`ws://${at.get('json_rpc_ws')}${path}`, ORGANIZATION),
  },
];

describe.skipIf(missing.length > 0)('moved and back', () => {
  const cleanup = cleanupAfterAll();
  /** What each client was told by the first move. */
  const seen = new Map<Row, readonly Told[]>();
  let broker: Mosquitto;

  /** Something for its devices from every server, so that there are message boundaries to be redirected at. */
  async function speakUp(name: string, port: number): Promise<void> {
    const publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: `ticker-${name}` });
    const timer = setInterval(() => publisher.publish(`${ORGANIZATION}/ticks`, `from ${name}`), 100);
    cleanup.defer('the ticker', () => {
      clearInterval(timer);
      return publisher.endAsync(true);
    });
  }

  /** The listeners beside the testbed's own, their servers, and a greeter. */
  async function openListeners(bed: Testbed, relay: DemoServer, aedes: DemoServer): Promise<Addresses> {
    const rpc = {
      mosquitto: await JsonRpcServer.start('mosquitto'),
      aedes: await JsonRpcServer.start('aedes'),
    };
    const ports: Record<Exclude<keyof typeof LISTENERS, 'servers_mqtt'>, [number, number]> = {
      servers_mqtt_in_websocket: [relay.websocketPort, aedes.websocketPort],
      servers_json_rpc: [rpc.mosquitto.tcpPort, rpc.aedes.tcpPort],
      servers_lines: [rpc.mosquitto.linesPort, rpc.aedes.linesPort],
      servers_json_rpc_in_websocket: [rpc.mosquitto.websocketPort, rpc.aedes.websocketPort],
    };
    for (const server of Object.values(rpc)) cleanup.own(server);
    const key = await RelayKey.draw('greeter');
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
      debug: () => undefined,
    };
    const greeter = await new Greeter({
      ...{ host: '127.0.0.1', port: 0, key, code: await loadIdentifierCode(), log },
    }).start();
    cleanup.defer('the greeter', () => greeter.stop(100));
    const all = Object.values(LISTENERS).flat();
    greeter.listen(greeterListeners({ listeners: all }));
    setGreeters(bed, [{ address: '127.0.0.1', port: greeter.port }], [key.publicKey]);
    for (const [cluster, listeners] of Object.entries(LISTENERS)) {
      setListeners(bed, listeners, cluster, new Map([['mqtt_tls', proxyTls]]));
      // That one is the testbed's own.
      if (cluster === 'servers_mqtt') continue;
      const at = ports[cluster as keyof typeof ports];
      const check = cluster.includes('websocket') ? 'websocket' : 'tcp';
      setServers(bed, cluster, check, new Map(SERVERS.map((id, n) => [id, at[n] ?? 0])));
    }
    bed.ads.push();
    const address = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`;
    const own: [string, string][] = [
      ['mqtt', address(bed.mqtt())],
      ['websocket', address(bed.websocket())],
    ];
    return new Map([...own, ...(await addressesOf(bed, all))]);
  }

  const onServer = (name: string) => (told: Told) => told.event === 'message' && told.text === `from ${name}`;

  beforeAll(async () => {
    if (mosquitto === null) return;
    broker = cleanup.own(await Mosquitto.start(mosquitto.broker));
    const relay = cleanup.own(await new DemoServer({ id: 'mosquitto' }).start());
    const aedes = cleanup.own(await new DemoServer({ id: 'aedes' }).start());
    await speakUp('mosquitto', broker.port);
    await speakUp('mosquitto', relay.mqttPort);
    await speakUp('aedes', aedes.mqttPort);
    const servers = [
      { id: 'mosquitto', host: '127.0.0.1', mqtt: broker.port, websocket: relay.websocketPort },
      { id: 'aedes', host: '127.0.0.1', mqtt: aedes.mqttPort, websocket: aedes.websocketPort },
    ];
    const pinnedTo = (name: string) => ({ pins: new Map([[ORGANIZATION, SERVERS.indexOf(name)]]) });
    const bed = cleanup.own(await startTestbed({ servers, assignment: pinnedTo('mosquitto') }));
    const addresses = await openListeners(bed, relay, aedes);
    const clients = CASES.map(({ row, start }) => ({ row, client: cleanup.own(start(addresses)) }));
    const arrived = (name: string, from: (client: Client) => number): Promise<unknown> =>
      Promise.all(clients.map(({ client }) => client.until(onServer(name), { from: from(client) })));
    await arrived('mosquitto', () => 0);
    let version = 1;
    for (const server of ['aedes', 'mosquitto']) {
      const before = new Map(clients.map(({ client }) => [client, client.told.length]));
      const from = (client: Client): number => before.get(client) ?? 0;
      const tableVersion = ++version;
      await bed.assign({ version, tableVersion, drainUpTo: tableVersion - 1, ...pinnedTo(server) });
      await bed.assign({ version: ++version, tableVersion, drainUpTo: tableVersion, ...pinnedTo(server) });
      await arrived(server, from);
      if (server === 'mosquitto') continue;
      for (const { row, client } of clients) seen.set(row, client.told.slice(from(client)));
    }
  }, 120_000);

  const toldTo = (row: Row): readonly Told[] => seen.get(row) ?? [];
  const cases = CASES.map(({ row }) => ({
    ...row,
    row,
    name: `${row.client}, ${row.protocol}, ${row.source}`,
  }));

  it.each(cases.filter(({ protocol }) => protocol.startsWith('MQTT 5')))(
    '$name is told $redirect',
    ({ row }) => {
      const told = toldTo(row);
      const at = told.findIndex(({ event }) => event === 'redirect');
      // "0x9C Use another server. The Client should temporarily change its Server" [MQTT5 3.14.2.1, table 3-10].
      // "0x9D Server moved. The Client should permanently change its Server" [the same]; "The Client can use this information
      // to identify another Server to use" [MQTT5 3.14.2.2.5].
      const forGood = { reasonCode: 0x9d, properties: { serverReference: 'mqtt://elsewhere' } };
      expect(told[at]).toMatchObject(row.redirect.includes('0x9D') ? forGood : { reasonCode: 0x9c });
      // "After sending a DISCONNECT packet the sender MUST NOT send any more MQTT Control Packets on that Network
      // Connection" [MQTT-3.14.4-1]: no message until the next CONNACK.
      const rest = told.slice(at + 1);
      const again = rest.findIndex(({ event }) => event === 'connected');
      expect(again).toBeGreaterThanOrEqual(0);
      expect(rest.slice(0, again).filter(({ event }) => event === 'message')).toEqual([]);
    },
  );

  it.each(cases.filter(({ protocol }) => protocol === 'MQTT 3.1.1'))('$name just ends', ({ row }) => {
    // "The DISCONNECT Packet is the final Control Packet sent from the Client to the Server" [MQTT 3.1.1, 3.14]: a
    // server has none to send.
    expect(toldTo(row).some(({ event }) => event === 'redirect')).toBe(false);
    expect(toldTo(row).some(({ event }) => event === 'exited')).toBe(false);
  });

  it.each(cases.filter(({ protocol }) => protocol === 'WebSocket'))('$name sees Close 1012', ({ row }) => {
    const told = toldTo(row);
    const at = told.findIndex(({ event }) => event === 'redirect');
    // "1012: Service Restart" (IANA's registry of WebSocket close codes, RFC 6455, 11.7).
    expect(told[at]).toMatchObject({ code: 1012 });
    // "The application MUST NOT send any more data frames after sending a Close frame" (RFC 6455, 5.5.1).
    expect(told.slice(at + 1).findIndex(({ event }) => event === 'message')).toBeGreaterThan(
      told.slice(at + 1).findIndex(({ event }) => event === 'connected'),
    );
  });

  it.each(cases.filter(({ protocol }) => protocol.startsWith('MQTT') && !protocol.includes('WebSocket')))(
    "mosquitto takes the end of $name's session for one in order",
    async ({ row }) => {
      const id = idOf(row);
      // "On receipt of DISCONNECT the Server … MUST discard any Will Message … without publishing it" [MQTT-3.14.4-3]:
      // mosquitto says "disconnected" where a DISCONNECT came, and "closed its connection" where none did.
      await waitFor(() => broker.log.includes(`Client ${id} disconnected.`), {
        what: `mosquitto to see the DISCONNECT of ${id}`,
        describe: () => broker.log.split('\n').filter((line) => line.includes(id)),
      });
    },
  );

  it.each(cases.filter(({ protocol }) => protocol.startsWith('JSON-RPC')))('$name is notified', ({ row }) => {
    // "A Notification is a Request object without an "id" member" [JSON-RPC 2.0, 4.1].
    const told = toldTo(row).find(({ event }) => event === 'redirect');
    expect(told).toEqual({
      ...{ event: 'redirect', notification: 'server.redirect' },
      ...{ reason: 'moved', retryAfterMs: expect.any(Number) as number },
      ...(row.redirect.includes('location') ? { location: 'tcp://b' } : {}),
    });
  });

  it('docs/protocols.md says what was seen', () => {
    expectDocumented(
      'moves',
      CASES.map(({ row }) => {
        const { byApplication = false, ...rest } = row;
        return { ...rest, shows: shown(toldTo(row)), does: cameBack(toldTo(row), byApplication) };
      }),
    );
  });
});

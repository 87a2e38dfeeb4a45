/** The product's filter in the Node host: what its unit tests share. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate, type IConnectPacket } from 'mqtt-packet';
import { ROOT } from '../compile.ts';
import {
  Host,
  properties,
  WasmModule,
  type HttpStream,
  type Pairs,
  type TcpStream,
  type Vm,
} from '../host/index.ts';
import {
  decodeReport,
  encodeAssignment,
  encodeListener,
  SLOTS,
  type AssignmentMessage,
  type ListenerMessage,
  type OrganizationSource,
  type Report,
} from '../wire/index.ts';

export const SERVERS = ['a', 'b', 'c'] as const;

let compiled: WasmModule | undefined;
function productModule(): WasmModule {
  return (compiled ??= WasmModule.compile(readFileSync(join(ROOT, 'build/filters/cohort.wasm'))));
}

/** Where Envoy tells which server a connection went to; 'envoy.lb' is one segment. */
const HASH_KEY_PROPERTY = 'xds\0upstream_host_metadata\0filter_metadata\0envoy.lb\0hash_key';

/** What Envoy has verified of a connection: properties by their path, the segments parted by bars. */
export type Verified = Readonly<Record<string, string>>;

export interface ProductOptions {
  mqttSources?: readonly OrganizationSource[];
  websocketSources?: readonly OrganizationSource[];
  /** null: no assignment arrives. */
  assignment?: Partial<AssignmentMessage> | null;
  firstMessageTimeoutMs?: number;
  /** Of both listeners. */
  listener?: Pick<ListenerMessage, 'mismatchAllowed' | 'knownOnly'>;
  /** Default: the product's. */
  module?: WasmModule;
}

/** One worker with the assignment plugin, an MQTT and a WebSocket listener, on a clock that the test moves. */
export class Product {
  readonly host = new Host({ strict: true, properties: properties({ 'xds.node.id': 'proxy-1' }) });
  private readonly options: ProductOptions;
  private reportsRead = 0;

  constructor(options: ProductOptions = {}) {
    this.options = options;
    if (options.assignment !== null) this.assign(options.assignment ?? {});
    const mqtt = options.mqttSources ?? [{ field: 'MQTT_USER_NAME' }];
    const timeout = options.firstMessageTimeoutMs;
    const limits = timeout === undefined ? {} : { firstMessageTimeoutMs: timeout };
    const websocket = options.websocketSources ?? [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }];
    this.configure(
      'mqtt',
      encodeListener({
        name: 'mqtt',
        protocol: 'MQTT',
        cluster: 'servers_mqtt',
        sources: mqtt,
        ...limits,
        ...options.listener,
      }),
    );
    this.configure(
      'websocket',
      encodeListener({
        name: 'websocket',
        protocol: 'WEBSOCKET',
        cluster: 'servers_websocket',
        sources: websocket,
        ...options.listener,
      }),
    );
  }

  /** Pushes a plugin configuration; what the proxy would answer. */
  configure(
    name: 'assignment' | 'organizations' | 'mqtt' | 'websocket',
    configuration: Uint8Array,
    vmConfiguration = '',
  ): boolean {
    const kind = name === 'websocket' ? 'http' : 'network';
    const module = this.options.module ?? productModule();
    const vm = { vmId: 'cohort', vmConfiguration: Buffer.from(vmConfiguration), module };
    const plugin = { name, rootId: name, configuration, kind, ...vm } as const;
    return this.host.configure(plugin).accepted;
  }

  assign(assignment: Partial<AssignmentMessage>): boolean {
    return this.configure('assignment', encodeAssignment({ ...this.firstAssignment(), ...assignment }));
  }

  firstAssignment(): AssignmentMessage {
    const slots = Uint16Array.from({ length: SLOTS }, (_, slot) => slot % SERVERS.length);
    return { epoch: 1, version: 1, servers: SERVERS, slots, reports: { cluster: 'xds' } };
  }

  get vm(): Vm {
    const vm = this.host.worker().vm('mqtt') ?? this.host.worker().vm('assignment');
    if (vm === undefined) throw new Error('the worker has no VM');
    return vm;
  }

  /** A device's TCP connection; its server will be `server`, as Envoy's metadata of the upstream host tell. */
  connect(server = 'a', verified: Verified = {}): TcpStream {
    const upstream = new Map([[HASH_KEY_PROPERTY, Buffer.from(server)]]);
    // What TLS tells is not there before the handshake, and the first bytes come after it.
    const handshakeProperties = propertiesOf(verified);
    const all = { properties: upstream, handshakeProperties, maxEarlyDataBytes: 65536 };
    return this.host.worker().connect('mqtt', all);
  }

  /** A device's HTTP request. */
  request(path: string, headers: Pairs = UPGRADE, server = 'a', verified: Verified = {}): HttpStream {
    const pseudo: Pairs = [
      [':method', 'GET'],
      [':path', path],
      [':authority', 'device.test'],
      [':scheme', 'http'],
    ];
    const overridden = new Set(headers.map(([name]) => String(name)));
    return this.host.worker().request('websocket', {
      headers: [...pseudo.filter(([name]) => !overridden.has(String(name))), ...headers],
      properties: new Map([[HASH_KEY_PROPERTY, Buffer.from(server)], ...propertiesOf(verified)]),
    });
  }

  /** The refusals counted so far, by reason; none that is 0. */
  refusals(): Record<string, number> {
    const { metrics } = this.host.environment;
    const names = metrics.names().filter((name) => name.startsWith('cohort.refused.'));
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = metrics.value(name) ?? 0;
        return value === 0 ? [] : [[name.slice('cohort.refused.'.length), value]];
      }),
    );
  }

  /** Leaves the reports so far unanswered. */
  skipReports(): void {
    this.reportsRead = this.vm.callouts.grpc.length;
  }

  /** Moves time by `ms` and gives the reports that the worker sent meanwhile, each answered. */
  reportsAfter(ms: number): Report[] {
    const found: Report[] = [];
    for (let passed = 0; passed < ms; passed += 250) {
      this.host.environment.clock.advance(250);
      for (const call of this.vm.callouts.grpc.slice(this.reportsRead)) {
        this.reportsRead++;
        const [message] = call.messages;
        if (message !== undefined) found.push(decodeReport(message));
        this.vm.callouts.grpcReceive(call.token, new Uint8Array());
      }
    }
    return found;
  }
}

function propertiesOf(verified: Verified): Map<string, Uint8Array> {
  return new Map(
    Object.entries(verified).map(([path, value]) => [path.replaceAll('|', '\0'), Buffer.from(value)]),
  );
}

export const UPGRADE: Pairs = [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
];

/** A CONNECT packet as mqtt-packet writes it. */
export function connectPacket(packet: Partial<IConnectPacket> = {}): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'device',
    clean: true,
    keepalive: 60,
    ...packet,
  });
}

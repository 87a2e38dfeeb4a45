/** One real Envoy with listeners of the product's, of any sources, and devices on them. */
import {
  deviceTls,
  httpPlugin,
  jwtFilter,
  networkPlugin,
  secret,
  tcpListener,
  websocketListener,
  type DeviceListenerOptions,
  type DeviceTlsOptions,
  type JwtProviderOptions,
  type SecretOptions,
} from '../../control-plane/resources/index.ts';
import { encodeListener, type ListenerMessage } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import {
  RawDevice,
  upgradeRequestBytes,
  waitForHttpHead,
  type ConnectOptions,
  type UpgradeRequestOptions,
} from '../harness/device.ts';
import { mqttConnectBytes, MqttDevice, type MqttConnectOptions } from '../harness/mqtt-device.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed, type Testbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { WebSocketServerUpstream } from '../harness/websocket-server.ts';

export type BedListener = Pick<ListenerMessage, 'name' | 'protocol' | 'sources'> &
  Pick<Partial<ListenerMessage>, 'mismatchAllowed' | 'knownOnly'> & {
    readonly tls?: DeviceTlsOptions;
    /** Instead, as settings make it. */
    readonly tlsContext?: DeviceListenerOptions['tls'];
    /** Types of TLVs. */
    readonly proxyProtocol?: { readonly types: readonly number[] };
    readonly jwt?: { readonly providers: readonly JwtProviderOptions[]; readonly required: boolean };
  };

type Where = Partial<Pick<ConnectOptions, 'tls'>> & {
  /** Before anything else: a PROXY protocol's header. */
  readonly before?: Buffer;
};

export class SourcesBed {
  private readonly addresses = new Map<string, { host: string; port: number }>();
  private constructor(
    readonly bed: Testbed,
    readonly websocketServer: WebSocketServerUpstream,
    private readonly cleanup: Cleanup,
  ) {}

  static async start(
    cleanup: Cleanup,
    listeners: readonly BedListener[],
    secrets: readonly SecretOptions[],
  ): Promise<SourcesBed> {
    const mqtt = cleanup.own(await MqttServer.start());
    const websocket = cleanup.own(await WebSocketServerUpstream.start());
    const servers = [{ id: 'a', host: '127.0.0.1', mqtt: mqtt.port, websocket: websocket.port }];
    const bed = cleanup.own(await startTestbed({ servers }));
    const sources = new SourcesBed(bed, websocket, cleanup);
    for (const one of secrets) sources.setSecret(one);
    await sources.listen(listeners);
    return sources;
  }

  get envoy() {
    return this.bed.proxies[0]!;
  }

  setSecret(options: SecretOptions): void {
    this.bed.set(TYPE_URLS.SDS, options.name, secret(options));
  }

  private async listen(listeners: readonly BedListener[]): Promise<void> {
    const { bed } = this;
    listeners.forEach(({ tls, tlsContext, proxyProtocol, jwt, ...listener }, index) => {
      const { name, protocol } = listener;
      const isHttp = protocol === 'WEBSOCKET';
      const cluster = isHttp ? 'servers_websocket' : 'servers_mqtt';
      const configuration = encodeListener({ ...listener, cluster, firstMessageTimeoutMs: 5000 });
      const plugin = { name, rootId: name, code: bed.code, configuration };
      bed.set(TYPE_URLS.ECDS, name, isHttp ? httpPlugin(plugin) : networkPlugin(plugin));
      const jwtName = jwt === undefined ? undefined : `jwt_${name}`;
      if (jwt !== undefined && jwtName !== undefined)
        bed.set(TYPE_URLS.ECDS, jwtName, jwtFilter({ name: jwtName, ...jwt }));
      const options = {
        name,
        // Two listeners may not have one address, and port 0 counts as one.
        address: `127.0.2.${index + 1}`,
        port: 0,
        tls: tlsContext ?? (tls && deviceTls(tls)),
        proxyProtocol,
      };
      const resource = isHttp
        ? websocketListener({ ...options, routeName: 'devices', jwtName })
        : tcpListener(options);
      bed.set(TYPE_URLS.LDS, name, resource);
    });
    bed.ads.push();
    for (const { name } of listeners) this.addresses.set(name, await this.envoy.waitForListener(name));
  }

  at(name: string): { host: string; port: number } {
    const address = this.addresses.get(name);
    if (address === undefined) throw new Error(`there is no listener ${name}`);
    return address;
  }

  private async open(name: string, { tls, before }: Where): Promise<RawDevice> {
    const device = await RawDevice.connect({ ...this.at(name), ...(tls === undefined ? {} : { tls }) });
    this.cleanup.own(device);
    if (before !== undefined) await device.send(before);
    return device;
  }

  /** An MQTT device's CONNECT: true once it has a CONNACK, false when it was closed without. */
  async mqtt(name: string, connect: MqttConnectOptions = {}, where: Where = {}): Promise<boolean> {
    const device = await this.open(name, where);
    await device.send(mqttConnectBytes(connect)).catch(() => undefined);
    await waitFor(() => device.bytesReceived > 0 || device.ended || device.closed, { what: 'an answer' });
    return device.bytesReceived > 0;
  }

  /** A device that stays, with its certificate of the other side at hand. */
  connect(name: string, options: MqttConnectOptions & Where = {}): Promise<MqttDevice> {
    const { tls, ...connect } = options;
    return MqttDevice.connect({ ...this.at(name), ...connect, ...(tls === undefined ? {} : { tls }) });
  }

  /** The status of the answer to an upgrade request, and its body. */
  async upgrade(name: string, request: UpgradeRequestOptions = {}, where: Where = {}): Promise<string> {
    const device = await this.open(name, where);
    await device.send(upgradeRequestBytes(request));
    const { status, rest } = await waitForHttpHead(device);
    return `${status} ${rest.toString()}`.trim();
  }

  /** Waits until connections of this organization are reported. */
  async reported(organization: string): Promise<void> {
    await this.bed.reports.changes.until(
      () =>
        this.bed
          .allReports()
          .some(({ organizations }) => organizations.some((one) => one.organization === organization)) ||
        undefined,
      {
        what: `a report of ${JSON.stringify(organization)}`,
        describe: () =>
          this.bed.allReports().flatMap(({ organizations }) => organizations.map((one) => one.organization)),
      },
    );
  }

  /** How often devices were refused for this reason. */
  refused(reason: string): Promise<number> {
    return this.envoy.counter(`wasmcustom.cohort.refused.${reason}`);
  }
}

/** A header of the PROXY protocol, version 2, for IPv4, with these TLVs (section 2.2 of its specification). */
export function proxyHeader(tlvs: readonly (readonly [type: number, value: Buffer])[]): Buffer {
  const addresses = Buffer.from([10, 1, 2, 3, 10, 1, 2, 4, 0x30, 0x39, 0x07, 0x5b]);
  const coded = tlvs.map(([type, value]) => {
    return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 255]), value]);
  });
  const rest = Buffer.concat([addresses, ...coded]);
  const start = Buffer.from('0d0a0d0a000d0a515549540a2111', 'hex');
  return Buffer.concat([start, Buffer.from([rest.length >> 8, rest.length & 255]), rest]);
}

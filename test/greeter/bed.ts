/** Greeters in front of, and behind, a real Envoy with the product's own resources and filter. */
import type { ListenerSettings } from '../../control-plane/model/index.ts';
import * as resources from '../../control-plane/resources/index.ts';
import { Greeter, type GreeterOptions } from '../../greeter/greeter.ts';
import { loadIdentifierCode } from '../../greeter/identifier.ts';
import { greeterListeners } from '../../greeter/listeners.ts';
import { RelayKey } from '../../greeter/relay-key.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { addressesOf, listenerFrom, setGreeters, setListeners } from '../harness/more-listeners.ts';
import { startTestbed, type Testbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { InnerServer } from './server.ts';

export const SERVERS = ['a', 'b'];
const CLUSTER = 'servers_websocket';
const LOCATION = 'wss://devices.example.com/{organization}';

const common = { protocol: 'WEBSOCKET', portKind: 'websocket' };
const mqtt = { ...common, inner: 'MQTT', sources: [{ field: 'MQTT_USER_NAME' }] };
const pointer = { field: 'JSON_POINTER', pointer: '/params/organization' };
const jsonRpc = { ...common, inner: 'JSON_RPC', sources: [pointer] };

/** Each on an address of its own: port 0 counts as one port. */
export const LISTENERS: ListenerSettings[] = [
  { ...mqtt, name: 'mqtt_relay', address: '127.0.0.3', greeter: { mode: 'RELAY' } },
  { ...mqtt, name: 'mqtt_away', address: '127.0.0.4', greeter: { mode: 'REDIRECT', location: LOCATION } },
  { ...jsonRpc, name: 'rpc_relay', address: '127.0.0.5', greeter: { mode: 'RELAY' } },
  { ...jsonRpc, name: 'rpc_away', address: '127.0.0.6', greeter: { mode: 'REDIRECT', location: LOCATION } },
].map(listenerFrom);

export class GreeterBed {
  readonly greeters: Greeter[] = [];
  private readonly keys: RelayKey[] = [];
  private addresses = new Map<string, string>();

  private constructor(
    readonly bed: Testbed,
    readonly servers: readonly InnerServer[],
    private readonly cleanup: Cleanup,
  ) {}

  static async start(cleanup: Cleanup): Promise<GreeterBed> {
    const servers: InnerServer[] = [];
    for (const id of SERVERS) servers.push(cleanup.own(await InnerServer.start(id)));
    const bed = cleanup.own(
      await startTestbed({
        servers: servers.map(({ id, port }) => ({ id, host: '127.0.0.1', websocket: port })),
        // As in the product: what was for the filters is taken off before a server.
        healthCheck: { websocket: 'websocket' },
      }),
    );
    const greeted = new GreeterBed(bed, servers, cleanup);
    await greeted.openListeners();
    return greeted;
  }

  private async openListeners(): Promise<void> {
    const { bed } = this;
    this.tellOfGreeters();
    setListeners(bed, LISTENERS, CLUSTER);
    bed.ads.push();
    this.addresses = await addressesOf(bed, LISTENERS);
  }

  /** `ws://host:port` of a listener. */
  url(listener: string): string {
    return `ws://${this.addresses.get(listener)}`;
  }

  /** Starts one more, and waits until the proxy sends devices to all of them. */
  async addGreeter(options: Partial<GreeterOptions> = {}): Promise<Greeter> {
    const key = await RelayKey.draw(`greeter-${this.keys.length + 1}`);
    const greeter = await new Greeter({
      ...{ host: '127.0.0.1', port: 0, key, code: await loadIdentifierCode() },
      log: { info: quiet, warn: quiet, error: quiet, debug: quiet },
      ...options,
    }).start();
    this.cleanup.defer('a greeter', () => greeter.stop(100));
    greeter.listen(greeterListeners({ listeners: LISTENERS }));
    this.greeters.push(greeter);
    this.keys.push(key);
    this.tellOfGreeters();
    this.bed.ads.push();
    await this.bed.acknowledged(TYPE_URLS.ECDS, resources.RELAY_KEYS);
    await this.healthy(this.greeters.length);
    return greeter;
  }

  /** Resolves when the proxy has so many greeters that are well. */
  async healthy(count: number): Promise<void> {
    await waitFor(
      async () =>
        (await this.bed.proxies[0]?.counter(`cluster.${resources.GREETERS}.membership_healthy`)) === count,
      { what: `${count} healthy greeters` },
    );
  }

  private tellOfGreeters(): void {
    const endpoints = this.greeters.map(({ port }) => ({ address: '127.0.0.1', port }));
    setGreeters(
      this.bed,
      endpoints,
      this.keys.map(({ publicKey }) => publicKey),
    );
  }

  /** How often devices ended so at any greeter. */
  async outcomes(outcome: string): Promise<number> {
    let sum = 0;
    for (const { metrics } of this.greeters) {
      const metric = await metrics.registry.getSingleMetric('cohort_greeter_outcomes_total')?.get();
      for (const { labels, value } of metric?.values ?? []) if (labels['outcome'] === outcome) sum += value;
    }
    return sum;
  }
}

function quiet(): void {
  // What goes wrong here is part of the tests.
}

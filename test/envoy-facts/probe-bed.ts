/**
 * One real Envoy with probes (`probes/`) as plugins, on the product's own listeners. The cluster `servers_tcp`, which probes
 * route to, is a ring of the TCP servers by their ids; `servers_websocket` the same for WebSocket.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assignmentListener,
  deviceRoutes,
  httpPlugin,
  networkPlugin,
  tcpListener,
  websocketListener,
} from '../../control-plane/resources/index.ts';
import { bootstrap } from '../../envoy/bootstrap.ts';
import { any, encode, type AnyResource, type TypedAny } from '../../envoy/resources/index.ts';
import { ROOT } from '../../protocol-filters/compile.ts';
import { AdsServer, TYPE_URLS, type Nack } from '../harness/ads.ts';
import { RawDevice } from '../harness/device.ts';
import { startEnvoy, type Envoy } from '../harness/envoy.ts';
import type { ListenerAddress } from '../harness/envoy-admin.ts';
import { waitFor } from '../harness/wait.ts';

const NODE = 'probed';

/** A probe as a plugin, and the listener that it stands in. */
export interface ProbePlugin {
  /** Name of the listener and of the ECDS resource. */
  name: string;
  /** `websocket`: an HTTP filter; `unbound`: on the assignment plugin's listener, whose name it then must have. */
  on?: 'tcp' | 'websocket' | 'unbound';
  /** Which of `probes/`. */
  probe: string;
  /** The plugin configuration: a text whose first letter is an order. */
  text: string;
  /** Port of the listener; default 0, a free one. */
  port?: number;
  /** Not there at first: `apply` brings it. */
  late?: boolean;
  generation?: string;
  /** Appended to the code, in a custom section: another code hash, the same behaviour. */
  codeNote?: string;
  failurePolicy?: 'FAIL_RELOAD' | 'FAIL_CLOSED';
}

export interface ProbeServer {
  id: string;
  host: string;
  port: number;
}

export interface ProbeBedOptions {
  plugins: ProbePlugin[];
  servers?: readonly ProbeServer[];
  websocketServers?: readonly ProbeServer[];
  /** Default 1. */
  workers?: number;
  /** Wait until all bound listeners are open (default); else only until Envoy runs. */
  open?: boolean;
}

/** The bytes of a compiled probe; `note` gives it another hash (WebAssembly core specification, 5.5.3). */
function codeOf(probe: string, note = ''): Buffer {
  const code = readFileSync(join(ROOT, 'build/probes', `${probe}.wasm`));
  if (note === '') return code;
  return Buffer.concat([code, Buffer.from([0, note.length + 1, note.length]), Buffer.from(note)]);
}

/** An ECDS resource. */
function pluginResource(plugin: ProbePlugin): AnyResource {
  const options = {
    name: plugin.name,
    rootId: plugin.name,
    code: { code: codeOf(plugin.probe, plugin.codeNote), generation: plugin.generation ?? '1' },
    configuration: Buffer.from(plugin.text),
  };
  if (plugin.on === 'websocket') return httpPlugin(options);
  const resource = networkPlugin(options);
  if (plugin.failurePolicy !== 'FAIL_CLOSED') return resource;
  const wasm = resource.typed_config as TypedAny<'envoy.extensions.filters.network.wasm.v3.Wasm'>;
  const { reload_config: _, ...config } = wasm.config ?? {};
  return { ...resource, typed_config: { ...wasm, config: { ...config, failure_policy: 'FAIL_CLOSED' } } };
}

function cluster(name: string, servers: readonly ProbeServer[]): AnyResource {
  return any('envoy.config.cluster.v3.Cluster', {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    lb_policy: 'RING_HASH',
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: servers.map(({ id, host, port }) => ({
            endpoint: { address: { socket_address: { address: host, port_value: port } } },
            metadata: { filter_metadata: { 'envoy.lb': { hash_key: id } } },
          })),
        },
      ],
    },
  });
}

export class ProbeBed {
  readonly ads = new AdsServer();
  private readonly plugins = new Map<string, ProbePlugin>();
  private readonly addresses = new Map<string, ListenerAddress>();
  private running: Envoy | undefined;

  /** Starts it whole. The caller owns it. */
  static async start(options: ProbeBedOptions): Promise<ProbeBed> {
    const bed = new ProbeBed();
    try {
      await bed.start(options);
    } catch (error) {
      await bed.stop();
      throw error;
    }
    return bed;
  }

  get envoy(): Envoy {
    if (this.running === undefined) throw new Error('the Envoy of the probe bed is not running');
    return this.running;
  }

  /** Where a listener takes connections. */
  at(name: string): ListenerAddress {
    const address = this.addresses.get(name);
    if (address === undefined) throw new Error(`no listener ${name} is open`);
    return address;
  }

  /** A raw TCP device on a listener, that has sent `first`. */
  async device(name: string, first?: string | Buffer): Promise<RawDevice> {
    const device = await RawDevice.connect(this.at(name));
    if (first !== undefined) await device.send(first);
    return device;
  }

  /** Puts a changed plugin in place; `ads.push()` sends it. */
  set(name: string, change: Partial<ProbePlugin> = {}): void {
    const known = this.plugins.get(name);
    if (known === undefined) throw new Error(`no plugin ${name}`);
    const plugin = { ...known, ...change };
    this.plugins.set(name, plugin);
    this.ads.set({ name, typeUrl: TYPE_URLS.ECDS, any: encode(pluginResource(plugin)) });
  }

  /** Sends a changed plugin and waits until Envoy has acknowledged it (its workers may have it a little later). */
  async apply(name: string, change: Partial<ProbePlugin> = {}): Promise<void> {
    this.set(name, change);
    this.ads.push();
    await this.acknowledged(name);
  }

  /** Sends a changed plugin and waits until Envoy has refused it. */
  async refused(name: string, change: Partial<ProbePlugin>): Promise<Nack> {
    this.set(name, change);
    this.ads.push();
    return this.ads.waitForNack(NODE, TYPE_URLS.ECDS, name);
  }

  acknowledged(name: string): Promise<unknown> {
    return this.ads.waitForAck(NODE, TYPE_URLS.ECDS, name);
  }

  /** Resolves with the address of a listener once it is open. */
  async opened(name: string): Promise<ListenerAddress> {
    const address = await this.envoy.waitForListener(name);
    this.addresses.set(name, address);
    return address;
  }

  /** What probes have logged, without Envoy's prefix: `vm <number> <text>`, those that match. */
  said(pattern: RegExp = /./): string[] {
    return this.envoy
      .log()
      .flatMap((line) => /wasm log[^:]*: (vm .*)$/.exec(line)?.[1] ?? [])
      .filter((line) => pattern.test(line));
  }

  /** Resolves with the matching lines once there are at least `count`. */
  waitForSaid(pattern: RegExp, count = 1): Promise<string[]> {
    return waitFor(
      () => {
        const lines = this.said(pattern);
        return lines.length >= count ? lines : undefined;
      },
      { what: `${count} lines ${String(pattern)}`, describe: () => this.envoy.log().slice(-20) },
    );
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.ads.stop();
  }

  private async start(options: ProbeBedOptions): Promise<void> {
    await this.ads.listen();
    const put = (typeUrl: string, name: string, resource: AnyResource): unknown =>
      this.ads.set({ name, typeUrl, any: encode(resource) });
    put(TYPE_URLS.CDS, 'servers_tcp', cluster('servers_tcp', options.servers ?? []));
    put(TYPE_URLS.CDS, 'servers_websocket', cluster('servers_websocket', options.websocketServers ?? []));
    put(TYPE_URLS.RDS, 'devices', deviceRoutes('devices'));
    options.plugins.forEach((plugin, index) => {
      this.plugins.set(plugin.name, plugin);
      if (plugin.late !== true) this.set(plugin.name);
      const { name } = plugin;
      // Two listeners may not have one address, and port 0 counts as one.
      const bound = { name, address: `127.0.0.${index + 1}`, port: plugin.port ?? 0 };
      if (plugin.on === 'unbound') put(TYPE_URLS.LDS, name, assignmentListener());
      else if (plugin.on === 'websocket') {
        put(TYPE_URLS.LDS, name, websocketListener({ ...bound, routeName: 'devices' }));
      } else put(TYPE_URLS.LDS, name, tcpListener(bound));
    });
    const workers = options.workers ?? 1;
    const controlPlanes = [{ host: '127.0.0.1', port: this.ads.port }];
    this.running = await startEnvoy({
      bootstrap: bootstrap({ id: NODE, workers, controlPlanes, healthDiscovery: false }),
      concurrency: workers,
    });
    if (options.open === false) return;
    await this.envoy.ready();
    for (const { name, on } of options.plugins) {
      await this.acknowledged(name);
      if (on !== 'unbound') await this.opened(name);
    }
  }
}

/** The number of the VM that a probe's line is from. */
export function vmOf(line: string): number {
  return Number(/^vm (\d+) /.exec(line)?.[1]);
}

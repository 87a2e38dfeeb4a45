/** A real Envoy with one listener for each probe script, its filter in front of one server. */
import { startEnvoy, type Envoy } from '../harness/envoy.ts';
import { EnvoyRig, type NamedServer } from './envoy-rig.ts';
import type { ProbeScript } from './probe-script.ts';

const TYPE = 'type.googleapis.com/envoy.extensions';
/** What probes log, with the thread that they did it in. */
const LINE = /^\[[^\]]*\]\[(\d+)\]\[info\]\[wasm\] \[[^\]]*\] wasm log ([a-z0-9_]+)[^:]*: (.*)$/;

function filter(script: ProbeScript, code: Uint8Array): object {
  const kind = script.request === undefined ? 'network' : 'http';
  return {
    name: script.name,
    typed_config: {
      '@type': `${TYPE}.filters.${kind}.wasm.v3.Wasm`,
      config: {
        name: script.name,
        vm_config: {
          // A VM of its own: contexts count from 1.
          vm_id: script.name,
          runtime: 'envoy.wasm.runtime.v8',
          code: { local: { inline_bytes: Buffer.from(code).toString('base64') } },
        },
        configuration: {
          '@type': 'type.googleapis.com/google.protobuf.StringValue',
          value: script.lines.join('\n'),
        },
      },
    },
  };
}

function tcpProxy(name: string): object {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: {
      '@type': `${TYPE}.filters.network.tcp_proxy.v3.TcpProxy`,
      stat_prefix: name,
      cluster: 'server',
      upstream_connect_mode: 'ON_DOWNSTREAM_DATA',
      max_early_data_bytes: 65536,
    },
  };
}

function connectionManager(script: ProbeScript, code: Uint8Array): object {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: script.name,
      upgrade_configs: [{ upgrade_type: 'websocket' }],
      // Headers that Envoy would add are not what is compared.
      generate_request_id: false,
      skip_xff_append: true,
      server_header_transformation: 'PASS_THROUGH',
      route_config: {
        virtual_hosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [{ match: { prefix: '/' }, route: { cluster: 'server', timeout: '0s' } }],
          },
        ],
      },
      http_filters: [
        filter(script, code),
        {
          name: 'envoy.filters.http.router',
          typed_config: {
            '@type': `${TYPE}.filters.http.router.v3.Router`,
            suppress_envoy_headers: true,
          },
        },
      ],
    },
  };
}

function listener(script: ProbeScript, code: Uint8Array, index: number): object {
  const filters =
    script.request === undefined
      ? [filter(script, code), tcpProxy(script.name)]
      : [connectionManager(script, code)];
  return {
    name: script.name,
    // Two listeners may not have one address, and port 0 counts as one.
    address: { socket_address: { address: `127.0.2.${index + 1}`, port_value: 0 } },
    filter_chains: [{ filters }],
  };
}

function cluster(server: NamedServer): object {
  const address = { socket_address: { address: '127.0.0.1', port_value: server.server.port } };
  return {
    name: 'server',
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: 'server',
      endpoints: [
        {
          lb_endpoints: [
            {
              endpoint: { address },
              metadata: { filter_metadata: { 'envoy.lb': { hash_key: server.id } } },
            },
          ],
        },
      ],
    },
  };
}

export class ProbeEnvoy {
  private constructor(
    readonly envoy: Envoy,
    private readonly server: NamedServer,
  ) {}

  static async start(
    scripts: readonly ProbeScript[],
    code: Uint8Array,
    server: NamedServer,
  ): Promise<ProbeEnvoy> {
    const envoy = await startEnvoy({
      bootstrap: {
        node: { id: 'probed', cluster: 'probed' },
        static_resources: {
          listeners: scripts.map((script, index) => listener(script, code, index)),
          clusters: [cluster(server)],
        },
      },
      args: ['--component-log-level', 'wasm:info'],
    });
    return new ProbeEnvoy(await envoy.ready(), server);
  }

  async connect({ name, request }: ProbeScript): Promise<EnvoyRig> {
    return EnvoyRig.connect(await this.envoy.waitForListener(name), [this.server], request);
  }

  /** What a script's probe has logged in the worker: the thread that takes connections. */
  lines({ name }: ProbeScript): string[] {
    const all = this.envoy.log().flatMap((line) => {
      const [, thread = '', plugin, text = ''] = LINE.exec(line) ?? [];
      return plugin === name ? [{ thread, text }] : [];
    });
    const worker = all.find(
      ({ text }) => text.startsWith('new_connection ') || text.startsWith('request_headers '),
    );
    return all.filter(({ thread }) => thread === worker?.thread).map(({ text }) => text);
  }

  stop(): Promise<void> {
    return this.envoy.stop();
  }
}

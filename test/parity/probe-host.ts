/** The Node host with one probe script. */
import { Environment, Host, properties, type WasmModule } from '../../protocol-filters/host/index.ts';
import { HostHttpRig, HostTcpRig } from './host-rig.ts';
import type { ProbeScript } from './probe-script.ts';
import type { Rig } from './rig.ts';

export class ProbeHost {
  private readonly host: Host;
  private readonly said: string[] = [];

  constructor(
    private readonly script: ProbeScript,
    module: WasmModule,
    private readonly server: string,
  ) {
    const environment = new Environment({
      clusters: new Set(['server']),
      properties: properties({ 'xds.node.id': 'probed' }),
      onLog: ({ worker, message }) => {
        if (worker === 1) this.said.push(message);
      },
    });
    this.host = new Host({ environment });
    const result = this.host.configure({
      name: script.name,
      module,
      vmId: script.name,
      configuration: Buffer.from(script.lines.join('\n')),
      kind: script.request === undefined ? 'network' : 'http',
    });
    if (!result.accepted) throw new Error(`the host refused the script: ${result.reason}`);
  }

  connect(): Rig {
    const { script, server } = this;
    const advance = (ms: number): void => {
      this.host.environment.clock.advance(ms);
    };
    const options = { worker: this.host.worker(), listener: script.name, advance, server };
    return script.request === undefined ? new HostTcpRig(options) : new HostHttpRig(options, script.request);
  }

  lines(): string[] {
    return [...this.said];
  }
}

/** A rig on the Node host, and what its states would look like from outside. */
import type { HttpStream, TcpStream, Worker } from '../../protocol-filters/host/index.ts';
import type { End, Rig, State } from './rig.ts';
import type { Request, Step } from './script.ts';

const SERVER_PROPERTY = 'xds\0upstream_host_metadata\0filter_metadata\0envoy.lb\0hash_key';
const STEP_MS = 25;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The server that a hash key names: the ring has its points under its own name. */
function serverOf(hashKey: string): string {
  return hashKey.slice(0, hashKey.lastIndexOf('_'));
}

export interface HostRigOptions {
  worker: Worker;
  listener: string;
  /** Moves the clock. */
  advance: (ms: number) => void;
  /** The only server; without it the hash key names it. */
  server?: string;
}

export class HostTcpRig implements Rig {
  readonly stream: TcpStream;
  private readonly properties = new Map<string, Uint8Array>();
  private server: string | undefined;

  constructor(private readonly options: HostRigOptions) {
    this.stream = options.worker.connect(options.listener, { properties: this.properties });
    this.connect();
  }

  /** The server accepts as soon as `tcp_proxy` wants one. */
  private connect(): void {
    const { stream } = this;
    if (!stream.open || stream.upstreamState !== 'connecting') return;
    const key = stream.routed?.get('envoy.hashable_string')?.value ?? Buffer.alloc(0);
    this.server = this.options.server ?? serverOf(Buffer.from(key).toString());
    if (this.server !== undefined) this.properties.set(SERVER_PROPERTY, Buffer.from(this.server));
    stream.upstreamConnected();
  }

  async step(step: Step): Promise<void> {
    const { stream } = this;
    if (step === 'device fin') stream.endDownstream();
    else if (step === 'device reset') stream.resetDownstream();
    else if (step === 'server fin') stream.endUpstream();
    else if (step === 'server reset') stream.resetUpstream();
    else if ('device' in step) stream.send(step.device);
    else if ('server' in step) stream.serverSends(step.server);
    else if ('pass' in step) this.options.advance(step.pass);
    else throw new Error('a TCP server does not respond');
    this.connect();
    this.options.advance(STEP_MS);
    this.connect();
    return Promise.resolve();
  }

  state(): State {
    const { stream, server } = this;
    return {
      server,
      atServer: hex(stream.atUpstream.bytes),
      atDevice: hex(stream.atClient.bytes),
      device: this.deviceEnd(),
      serverSide: this.serverEnd(),
      status: undefined,
    };
  }

  stop(): void {
    this.stream.resetDownstream();
  }

  private deviceEnd(): End {
    const { closed, clientEnded } = this.stream;
    if (closed === undefined) return clientEnded ? 'fin' : 'open';
    if (closed.by === 'client') return 'self';
    // `tcp_proxy` hands an RST on as one, either way.
    return closed.by === 'server' ? 'reset' : 'fin';
  }

  private serverEnd(): End | 'none' {
    const { closed, upstreamEnded, upstreamState } = this.stream;
    if (upstreamState !== 'connected') return 'none';
    if (closed === undefined) return upstreamEnded ? 'fin' : 'open';
    if (closed.by === 'server') return 'self';
    return closed.by === 'client' ? 'reset' : 'fin';
  }
}

/** The headers that the filter sees of a request. */
function requestHeaders({ method = 'GET', path = '/', upgrade, headers = [] }: Request): [string, string][] {
  return [
    [':method', method],
    [':scheme', 'http'],
    [':authority', 'device.test'],
    [':path', path],
    ...(upgrade === false ? [] : UPGRADE_HEADERS),
    ...headers.map(([name, value]): [string, string] => [name, value]),
    // Envoy's own.
    ['x-forwarded-proto', 'http'],
  ];
}

/** The headers of the servers' responses, here and behind Envoy. */
export function responseHeaders(status: number): [string, string][] {
  if (status !== 101) return [['content-length', '0']];
  return [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
  ];
}

export const UPGRADE_HEADERS: readonly [string, string][] = [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['sec-websocket-version', '13'],
  ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

export class HostHttpRig implements Rig {
  readonly stream: HttpStream;
  private readonly properties = new Map<string, Uint8Array>();
  private deviceReset = false;
  private serverReset = false;
  private serverFin = false;

  constructor(
    private readonly options: HostRigOptions,
    request: Request,
  ) {
    const { worker, listener } = options;
    this.stream = worker.request(listener, {
      headers: requestHeaders(request),
      properties: this.properties,
      end: request.upgrade === false,
    });
    // It is connected to its server long before that answers.
    if (this.server !== undefined) this.properties.set(SERVER_PROPERTY, Buffer.from(this.server));
  }

  /** The server that the request has gone on to. */
  private get server(): string | undefined {
    const { routed } = this.stream;
    if (routed === undefined) return undefined;
    return this.options.server ?? serverOf(routed.get('envoy.hashable_string')?.value.toString() ?? '');
  }

  async step(step: Step): Promise<void> {
    const { stream } = this;
    if (step === 'device fin' || step === 'device reset') {
      // Half of a connection that HTTP has taken over is no more than a whole one.
      this.deviceReset = true;
      stream.resetDownstream();
    } else if (step === 'server fin') {
      this.serverFin = true;
      stream.endUpstream();
    } else if (step === 'server reset') {
      this.serverReset = true;
      stream.resetUpstream();
    } else if ('device' in step) stream.send(step.device);
    else if ('server' in step) stream.serverSends(step.server);
    else if ('pass' in step) this.options.advance(step.pass);
    else if ('order' in step) throw new Error('orders are for the world');
    else {
      const headers: [string, string][] = [
        [':status', String(step.respond)],
        ...responseHeaders(step.respond),
      ];
      stream.respond(headers, step.respond !== 101);
    }
    this.options.advance(STEP_MS);
    return Promise.resolve();
  }

  state(): State {
    const { stream, server } = this;
    const status = stream.clientHeaders?.get(':status');
    return {
      server,
      atServer: hex(stream.atUpstream.bytes),
      atDevice: hex(stream.atClient.bytes),
      device: stream.open ? 'open' : this.deviceReset ? 'self' : 'fin',
      serverSide: this.serverEnd(),
      status: status === undefined ? undefined : Number(status),
    };
  }

  stop(): void {
    this.stream.resetDownstream();
  }

  private serverEnd(): End | 'none' {
    if (this.stream.upstreamHeaders === undefined) return 'none';
    if (this.serverReset) return 'self';
    return this.stream.open && !this.serverFin ? 'open' : 'fin';
  }
}

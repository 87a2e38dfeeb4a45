/** A rig on a real Envoy: a device's socket on one side, the servers' sockets on the other. */
import type { Socket } from 'node:net';
import { parseHttpHead, RawDevice } from '../harness/device.ts';
import { TcpServer, type ServerOptions } from '../harness/server.ts';
import { RecordedSocket } from '../harness/socket.ts';
import { responseHeaders, UPGRADE_HEADERS } from './host-rig.ts';
import type { End, Rig, State } from './rig.ts';
import type { Request, Step } from './script.ts';

const HEAD_END = '\r\n\r\n';

/** A server that does nothing by itself. */
export class ScriptedServer extends TcpServer<RecordedSocket> {
  static start(options: ServerOptions = {}): Promise<ScriptedServer> {
    return new ScriptedServer({ ...options, answerEnd: false }).listen();
  }

  protected wrap(socket: Socket): RecordedSocket {
    return new RecordedSocket(socket, this.options);
  }
}

export interface NamedServer {
  readonly id: string;
  readonly server: ScriptedServer;
}

/** How the other side ended the connection. */
function endOf(socket: RecordedSocket): End {
  if (socket.reset) return 'reset';
  return socket.ended ? 'fin' : 'open';
}

/** The bytes of a request, as a device writes them. */
function requestBytes({ method = 'GET', path = '/', upgrade, headers = [] }: Request): Buffer {
  const all = [['host', 'device.test'], ...(upgrade === false ? [] : UPGRADE_HEADERS), ...headers];
  const lines = [`${method} ${path} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.from(lines.join('\r\n') + HEAD_END, 'latin1');
}

function responseBytes(status: number): string {
  const lines = responseHeaders(status).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} Scripted`, ...lines].join('\r\n') + HEAD_END;
}

export class EnvoyRig implements Rig {
  private readonly seen: ReadonlyMap<NamedServer, number>;
  private found: { id: string; socket: RecordedSocket } | undefined;
  private deviceGone = false;
  private serverGone = false;

  private constructor(
    private readonly device: RawDevice,
    private readonly servers: readonly NamedServer[],
    private readonly request: Request | undefined,
  ) {
    this.seen = new Map(servers.map((one) => [one, one.server.connections.length]));
  }

  static async connect(
    at: { host: string; port: number },
    servers: readonly NamedServer[],
    request?: Request,
  ): Promise<EnvoyRig> {
    const device = await RawDevice.connect(at);
    const rig = new EnvoyRig(device, servers, request);
    if (request !== undefined) await device.send(requestBytes(request));
    return rig;
  }

  /** The server's end of the connection: that of a health check never gets a byte. */
  private get upstream(): { id: string; socket: RecordedSocket } | undefined {
    if (this.found !== undefined) return this.found;
    for (const named of this.servers) {
      const fresh = named.server.connections.slice(this.seen.get(named));
      const socket = fresh.find(({ bytesReceived }) => bytesReceived > 0);
      if (socket !== undefined) this.found = { id: named.id, socket };
    }
    return this.found;
  }

  private get serverSocket(): RecordedSocket {
    const { upstream } = this;
    if (upstream === undefined) throw new Error('no server has the connection');
    return upstream.socket;
  }

  async step(step: Step): Promise<void> {
    if (step === 'device fin') this.device.end();
    else if (step === 'device reset') {
      this.deviceGone = true;
      this.device.abort();
    } else if (step === 'server fin') this.serverSocket.end();
    else if (step === 'server reset') {
      this.serverGone = true;
      this.serverSocket.abort();
    } else if ('device' in step) {
      // A device may be closed while it sends.
      if (!this.device.closed) await this.device.send(step.device).catch(() => undefined);
    } else if ('server' in step) await this.serverSocket.send(step.server);
    else if ('respond' in step) await this.serverSocket.send(responseBytes(step.respond));
  }

  state(): State {
    const { upstream, device, request } = this;
    const isHttp = request !== undefined;
    const head = isHttp ? parseHttpHead(device.received) : undefined;
    const atDevice = isHttp ? (head?.rest ?? Buffer.alloc(0)) : device.received;
    const atServer = upstream?.socket.received ?? Buffer.alloc(0);
    const bodyAt = isHttp ? atServer.indexOf(HEAD_END) + HEAD_END.length : 0;
    const closesItself = isHttp && this.deviceEnded;
    return {
      server: upstream?.id,
      atServer: atServer
        .subarray(isHttp && bodyAt < HEAD_END.length ? atServer.length : bodyAt)
        .toString('hex'),
      atDevice: atDevice.toString('hex'),
      device: this.deviceGone || closesItself ? 'self' : endOf(device),
      serverSide: upstream === undefined ? 'none' : this.serverGone ? 'self' : endOf(upstream.socket),
      status: head?.status,
    };
  }

  private get deviceEnded(): boolean {
    return this.device.socket.writableEnded;
  }

  stop(): void {
    this.device.stop();
    this.upstream?.socket.stop();
  }
}

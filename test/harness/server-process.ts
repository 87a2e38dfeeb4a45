/**
 * An upstream server in a process of its own, which can be frozen (SIGSTOP: the kernel still completes TCP
 * handshakes for it), killed (SIGKILL: connects are refused), or put into a `Network` and made silent.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { programPath } from './programs.ts';
import { freezeProcess } from './freeze.ts';
import type { Network } from './netns.ts';
import { Changes, Fatal } from './wait.ts';
import { killWhenOrphaned } from './watchdog.ts';

/** `aedes` is a whole broker, `mqtt` the recording server of `mqtt-server.ts`. */
export type ServerKind = 'echo' | 'mqtt' | 'aedes' | 'websocket';

export interface ServerProcessOptions {
  kind: ServerKind;
  /** Default 127.0.0.1, or with `netns` that network's first server address. */
  host?: string;
  /** Default 0: a free port. */
  port?: number;
  netns?: Network;
}

/** What a server process remembers of a connection. */
export interface ConnectionSummary {
  bytesReceived: number;
  closed: boolean;
  ended: boolean;
  reset: boolean;
  clientId?: string;
  username?: string;
  url?: string;
}

/** Parent to child. */
export type ServerOrder = { id: number } & (
  | { do: 'refuse'; destroyConnections: boolean }
  | { do: 'reopen' }
  | { do: 'send'; base64: string }
  | { do: 'connections' }
);

/** Child to parent. */
export type ServerReply =
  | { listening: number }
  | { failed: string }
  | { id: number; connections: ConnectionSummary[] }
  | { id: number; error: string };

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

export class ServerProcess {
  readonly pid: number;
  readonly host: string;
  port = 0;
  private readonly child: ChildProcess;
  private readonly changes = new Changes();
  private readonly replies = new Map<number, ServerReply>();
  private failure: string | undefined;
  private exited = false;
  private nextId = 0;

  private constructor(child: ChildProcess, pid: number, host: string) {
    this.child = child;
    this.pid = pid;
    this.host = host;
    const release = killWhenOrphaned(pid);
    child.on('message', (message: ServerReply) => {
      if ('listening' in message) this.port = message.listening;
      else if ('failed' in message) this.failure = message.failed;
      else this.replies.set(message.id, message);
      this.changes.notify();
    });
    child.on('exit', () => {
      release();
      this.exited = true;
      this.changes.notify();
    });
  }

  /** @throws Error when the server cannot listen. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const host = options.host ?? options.netns?.serverAddress(0) ?? '127.0.0.1';
    const node = [
      process.execPath,
      programPath('server-process'),
      options.kind,
      host,
      String(options.port ?? 0),
    ];
    const [program = '', ...args] = [...(options.netns?.exec ?? []), ...node];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    if (child.pid === undefined) {
      const error = await new Promise<Error>((resolve) => child.once('error', resolve));
      throw new Error(`${program} could not be started: ${error.message}`, { cause: error });
    }
    const server = new ServerProcess(child, child.pid, host);
    try {
      await server.changes.until(
        () => {
          if (server.failure !== undefined) throw new Error(server.failure);
          if (server.exited) throw new Fatal('the server process ended before it listened');
          return server.port > 0;
        },
        { what: `the ${options.kind} server process to listen`, timeout: 30_000 },
      );
      return server;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get address(): string {
    return this.host.includes(':') ? `[${this.host}]:${this.port}` : `${this.host}:${this.port}`;
  }

  private async order(order: WithoutId<ServerOrder>): Promise<ConnectionSummary[]> {
    const id = this.nextId++;
    this.child.send({ id, ...order });
    const reply = await this.changes.until(
      () => {
        if (this.exited) throw new Fatal(`the server process ${this.pid} has ended`);
        return this.replies.get(id);
      },
      { what: `the server process ${this.pid} to obey "${order.do}" (is it frozen?)` },
    );
    this.replies.delete(id);
    if ('error' in reply) throw new Error(`"${order.do}" in the server process failed: ${reply.error}`);
    return 'connections' in reply ? reply.connections : [];
  }

  /** Every connection so far; not while frozen. */
  connections(): Promise<ConnectionSummary[]> {
    return this.order({ do: 'connections' });
  }
  async refuse(options: { destroyConnections?: boolean } = {}): Promise<void> {
    await this.order({ do: 'refuse', destroyConnections: options.destroyConnections ?? false });
  }
  async reopen(): Promise<void> {
    await this.order({ do: 'reopen' });
  }
  async sendToAll(bytes: Uint8Array): Promise<void> {
    await this.order({ do: 'send', base64: Buffer.from(bytes).toString('base64') });
  }

  /** SIGSTOP: it does nothing more, but the kernel goes on accepting connections and bytes for it. */
  freeze(): void {
    freezeProcess(this.pid);
  }
  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** SIGKILL; resolves when the process is gone, its port closed and its connections reset or ended by the kernel. */
  async kill(): Promise<void> {
    if (!this.exited) this.child.kill('SIGKILL');
    await this.changes.until(() => this.exited, { what: `the server process ${this.pid} to end` });
  }

  /** Same as `kill`: a server holds nothing worth a farewell. */
  stop(): Promise<void> {
    return this.kill();
  }
}

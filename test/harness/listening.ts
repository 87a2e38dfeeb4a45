/** A listening socket that can be closed and opened again on the same port while a test runs. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { waitFor } from './wait.ts';

export interface ListenOptions {
  /** Default 127.0.0.1. On Linux any address of 127.0.0.0/8 may be used without preparing it. */
  host?: string;
  /** Default 0: a free port. */
  port?: number;
  /** Length of the kernel's queue of connections not yet accepted; default 4096. */
  backlog?: number;
}

export class Listening {
  readonly host: string;
  private bound = 0;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly make: () => Server;
  private readonly backlog: number;

  /** @param make gives a fresh server (`net.Server` or `http.Server`) each time the port is opened. */
  constructor(make: () => Server, options: ListenOptions = {}) {
    this.make = make;
    this.host = options.host ?? '127.0.0.1';
    this.bound = options.port ?? 0;
    this.backlog = options.backlog ?? 4096;
  }

  /** The port, the same after every reopening. */
  get port(): number {
    return this.bound;
  }

  get address(): string {
    return this.host.includes(':') ? `[${this.host}]:${this.bound}` : `${this.host}:${this.bound}`;
  }

  /** Starts listening. @throws Error with code EADDRINUSE when the port is taken. */
  async open(): Promise<void> {
    if (this.server !== undefined) return;
    const server = this.make();
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.host, port: this.bound, backlog: this.backlog }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    this.bound = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /**
   * Closes the listening socket: from now on the kernel answers a connect with an RST. Live connections go
   * on unless `destroyConnections` is set.
   */
  close(options: { destroyConnections?: boolean } = {}): void {
    this.server?.close();
    this.server = undefined;
    if (options.destroyConnections === true) for (const socket of this.sockets) socket.destroy();
  }

  /** Opens the same port again, trying for a while should somebody else hold it at this moment. */
  async reopen(): Promise<void> {
    await waitFor(
      async () => {
        await this.open();
        return true;
      },
      { what: `port ${this.address} to be free again`, timeout: 5_000 },
    );
  }
}

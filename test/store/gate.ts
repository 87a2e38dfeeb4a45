/** A TCP gate in front of etcd that a test closes and opens: for this client alone etcd is away. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { Listening } from '../harness/listening.ts';

export class Gate {
  private readonly listening: Listening;
  private readonly sockets = new Set<Socket>();

  private constructor(target: URL) {
    this.listening = new Listening(() =>
      createServer((client) => {
        const etcd = connect(Number(target.port), target.hostname);
        for (const socket of [client, etcd]) {
          this.sockets.add(socket);
          // A broken side breaks the other; that is all there is to say of it.
          socket.on('error', () => undefined);
          socket.on('close', () => {
            this.sockets.delete(socket);
            client.destroy();
            etcd.destroy();
          });
        }
        client.pipe(etcd).pipe(client);
      }),
    );
  }

  static async start(endpoint: string): Promise<Gate> {
    const gate = new Gate(new URL(endpoint));
    await gate.listening.open();
    return gate;
  }

  get endpoint(): string {
    return `http://${this.listening.address}`;
  }

  /** Ends all connections and refuses new ones. */
  close(): void {
    this.listening.close();
    for (const socket of this.sockets) socket.destroy();
  }

  open(): Promise<void> {
    return this.listening.reopen();
  }

  stop(): void {
    this.close();
  }
}

/** A device of a declared protocol: lines of JSON, and `GO <location> <reason> <ms>`, which it takes for a redirect. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Notebook, type Client } from './client.ts';

export class LineDevice extends Notebook implements Client {
  private socket: Socket | undefined;
  private stopped = false;

  /** @param at `host:port` */
  constructor(
    private readonly at: string,
    private readonly organization: string,
  ) {
    super(`a line device, ${at}`);
    this.connect();
  }

  private connect(): void {
    const [host = '', port] = this.at.split(':');
    const socket = connect(Number(port), host);
    this.socket = socket;
    const hello = { jsonrpc: '2.0', id: 1, method: 'hello', params: { organization: this.organization } };
    socket.on('connect', () => socket.write(`${JSON.stringify(hello)}\n`)).on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => this.take(line, socket));
    socket.on('close', () => {
      this.note({ event: 'ended' });
      if (!this.stopped) this.connect();
    });
  }

  private take(line: string, socket: Socket): void {
    const [word, location, reason, retryAfterMs] = line.split(' ');
    if (word === 'GO') {
      this.note({ event: 'redirect', location, reason, retryAfterMs });
      socket.end();
      return;
    }
    const { id, params } = JSON.parse(line) as { id?: number; params?: { text: string } };
    if (id !== undefined) this.note({ event: 'connected' });
    else if (params !== undefined) this.note({ event: 'message', text: params.text });
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.socket?.destroy();
    return Promise.resolve();
  }
}

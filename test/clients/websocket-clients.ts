/** WebSocket clients of other people. */
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { Clients } from '../../scripts/clients.mjs';
import { toBuffer } from '../harness/websocket-server.ts';
import { Notebook, ProgramClient, readJson, type Client } from './client.ts';

/** ws, which leaves coming back to the application. */
export class Ws extends Notebook implements Client {
  private socket: WebSocket | undefined;
  private stopped = false;

  constructor(private readonly url: string) {
    super('ws');
    this.connect();
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.on('open', () => {
      this.note({ event: 'connected' });
      socket.send('hello');
    });
    socket.on('message', (data) => this.note({ event: 'message', text: toBuffer(data).toString() }));
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.note({ event: 'redirect', code, reason: reason.toString() });
      if (!this.stopped) this.connect();
    });
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.socket?.terminate();
    return Promise.resolve();
  }
}

/** Python's websockets; its `async for … in connect(…)` comes back by itself. */
export function websockets(python: NonNullable<Clients['python']>, url: string): ProgramClient {
  return new ProgramClient({
    name: 'websockets',
    file: python.program,
    args: [fileURLToPath(new URL('./programs/websockets_device.py', import.meta.url)), url],
    env: { PYTHONPATH: python.path },
    read: readJson,
  });
}

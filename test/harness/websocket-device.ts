/** A device that speaks WebSocket (ws). For hand-made upgrade requests see `device.ts`. */
import type { IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import { Changes } from './wait.ts';
import type { WaitOptions } from './wait.ts';
import { toBuffer } from './websocket-server.ts';

export interface WebSocketDeviceOptions {
  /** Default 127.0.0.1. */
  host?: string;
  port: number;
  /** Path and query; default `/`. */
  path?: string;
  headers?: Record<string, string>;
  /** Sub-protocols offered. */
  protocols?: string[];
  localAddress?: string;
  /** Milliseconds; default 10 000. */
  connectTimeout?: number;
}

/** Thrown when the upgrade is answered with anything but 101. */
export class UpgradeRefused extends Error {
  override name = 'UpgradeRefused';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  constructor(status: number, headers: IncomingHttpHeaders) {
    super(`the WebSocket upgrade was answered with ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

export class WebSocketDevice {
  readonly ws: WebSocket;
  readonly messages: { data: Buffer; binary: boolean }[] = [];
  /** Headers of the 101 answer. */
  upgradeHeaders: IncomingHttpHeaders = {};
  /** 1005 for a Close frame without code, 1006 for an end without Close frame. */
  closeCode: number | undefined;
  closeReason: string | undefined;
  readonly changes = new Changes();

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data, binary) => {
      this.messages.push({ data: toBuffer(data), binary });
      this.changes.notify();
    });
    ws.on('upgrade', (response) => {
      this.upgradeHeaders = response.headers;
    });
    ws.on('close', (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
      this.changes.notify();
    });
    // Shows as close code 1006; without a listener it would end the process.
    ws.on('error', () => this.changes.notify());
  }

  /** @throws UpgradeRefused for an HTTP answer other than 101; Error when the connection fails. */
  static async connect(options: WebSocketDeviceOptions): Promise<WebSocketDevice> {
    const host = options.host ?? '127.0.0.1';
    const url = `ws://${host.includes(':') ? `[${host}]` : host}:${options.port}${options.path ?? '/'}`;
    const ws = new WebSocket(url, options.protocols ?? [], {
      handshakeTimeout: options.connectTimeout ?? 10_000,
      perMessageDeflate: false,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
    });
    const device = new WebSocketDevice(ws);
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', reject);
      ws.once('unexpected-response', (_request, response) => {
        response.resume();
        reject(new UpgradeRefused(response.statusCode ?? 0, response.headers));
        ws.terminate();
      });
    });
    return device;
  }

  send(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.ws.send(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Resolves with the first message, past or future, that matches; rejects when the connection closes before. */
  waitForMessage(
    matches: (data: Buffer, binary: boolean) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<Buffer> {
    return this.changes.until(
      () => {
        const found = this.messages.find(({ data, binary }) => matches(data, binary));
        if (!found && this.closeCode !== undefined) {
          throw new Error(`the WebSocket closed (${this.closeCode}) before the awaited message came`);
        }
        return found?.data;
      },
      { what: 'a WebSocket message', describe: () => `${this.messages.length} messages so far`, ...options },
    );
  }

  /** Resolves when the connection is closed. */
  waitForClose(options: WaitOptions = {}): Promise<{ code: number; reason: string }> {
    return this.changes.until(
      () =>
        this.closeCode === undefined ? undefined : { code: this.closeCode, reason: this.closeReason ?? '' },
      { what: 'the WebSocket to close', ...options },
    );
  }

  /** Starts the closing handshake. */
  close(code = 1000, reason = ''): void {
    this.ws.close(code, reason);
  }

  /** Ends the connection without a closing handshake. */
  stop(): void {
    this.ws.terminate();
  }
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CohortError } from '../errors.ts';
import { adminApp } from './app.ts';
import { checkToken } from './authentication.ts';
import type { AdminContext } from './context.ts';

export interface AdminServerOptions {
  /** An IP address or `localhost`. Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0, the default: a free one. */
  readonly port?: number | undefined;
}

/** Milliseconds that requests under way have to end when the server stops. */
const STOP_MS = 1_000;

/** The admin interface on its port. */
export class AdminServer {
  private server: Server | undefined;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly context: AdminContext,
    private readonly options: AdminServerOptions = {},
  ) {}

  get port(): number {
    const address = this.server?.address() as AddressInfo | null | undefined;
    return address?.port ?? 0;
  }

  /** @throws CohortError COHORT_ADMIN_TOKEN, COHORT_ADMIN_PORT */
  async start(): Promise<number> {
    if (this.server !== undefined) return this.port;
    const { host = '127.0.0.1', port = 0 } = this.options;
    checkToken(host, this.context.token);
    const server = createServer({ requestTimeout: 30_000 }, adminApp(this.context));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        const message = `the admin interface cannot listen on ${host}:${port}: ${error.message}`;
        reject(new CohortError('COHORT_ADMIN_PORT', message, { cause: error }));
      });
      server.listen(port, host, resolve);
    });
    return this.port;
  }

  /** Lets requests under way end, for a second at most. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  private async shutDown(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), STOP_MS);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      server.closeIdleConnections();
    });
  }
}

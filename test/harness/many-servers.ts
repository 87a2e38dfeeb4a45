/** Hundreds of upstream servers in one process: one listening socket each, on addresses of their own, one port. */
import type { Upstream } from './server.ts';
import { freePort } from './machine.ts';

/** The i-th address (from 0) of the row 127.1.0.1, 127.1.0.2, …; never ends in .0 or .255. */
export function loopbackAddress(index: number, second = 1): string {
  return `127.${second}.${Math.floor(index / 254)}.${(index % 254) + 1}`;
}

export class ServerSet<S extends Upstream> {
  readonly servers: readonly S[];
  readonly port: number;
  private readonly index: ReadonlyMap<string, S>;

  constructor(servers: readonly S[], port: number) {
    this.servers = servers;
    this.port = port;
    this.index = new Map(servers.map((server) => [server.address, server]));
  }

  /** The server at `host:port`. @throws Error when there is none. */
  at(address: string): S {
    const server = this.index.get(address);
    if (!server) throw new Error(`no server of this set listens on ${address}`);
    return server;
  }

  /** Accepted connections by `host:port`, servers without any left out. */
  counts(): Map<string, number> {
    return new Map(
      this.servers.filter((server) => server.accepted > 0).map((server) => [server.address, server.accepted]),
    );
  }

  get accepted(): number {
    return this.servers.reduce((sum, server) => sum + server.accepted, 0);
  }

  stop(): void {
    for (const server of this.servers) server.stop();
  }
}

/**
 * Starts `count` servers on 127.`second`.a.b, all on the same free port, which a set started at the same
 * time in another process does not share.
 *
 * @example const set = await manyServers(500, (at) => EchoServer.start(at));
 * @throws Error when no port was free on all addresses in ten attempts.
 */
export async function manyServers<S extends Upstream>(
  count: number,
  start: (at: { host: string; port: number }) => Promise<S>,
  options: { second?: number } = {},
): Promise<ServerSet<S>> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const port = await freePort(loopbackAddress(0, options.second));
    const results = await Promise.allSettled(
      Array.from({ length: count }, (_, i) => start({ host: loopbackAddress(i, options.second), port })),
    );
    const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (servers.length === count) return new ServerSet(servers, port);
    for (const server of servers) server.stop();
    const failure = results.find((result) => result.status === 'rejected');
    if ((failure?.reason as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw failure?.reason;
  }
  throw new Error(`no port was free on all ${count} loopback addresses in ten attempts`);
}

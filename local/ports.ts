/** Ports of this machine for the parts of the stack. */
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/**
 * Where ports are drawn from: below the range that systems take for outgoing connections (from 32768 on Linux, 49152 on
 * macOS), so that none of the many connections of a fleet takes a port while its part is down.
 */
const FIRST = 15_000;
const LAST = 32_000;
const ATTEMPTS = 1_000;
const MOST = 65_535;

export class Ports {
  private readonly taken = new Set<number>();
  private nextPort: number | undefined;

  /**
   * @param basePort ports are given from this one upwards, each once; default: free ones
   * @param random 0 ≤ x < 1
   */
  constructor(
    private readonly basePort?: number,
    private readonly random: () => number = Math.random,
  ) {
    this.nextPort = basePort;
  }

  /** A port that nobody listens on. @throws Error when the next one from the base port up is in use */
  async next(): Promise<number> {
    if (this.nextPort !== undefined) return this.inOrder(this.nextPort);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const port = FIRST + Math.floor(this.random() * (LAST - FIRST));
      if (this.taken.has(port) || !(await isFree(port))) continue;
      this.taken.add(port);
      return port;
    }
    throw new Error(`no free port was found on ${HOST} between ${FIRST} and ${LAST}`);
  }

  private async inOrder(port: number): Promise<number> {
    if (port > MOST)
      throw new Error(`the ports from ${this.basePort} up are not enough: take a lower --base-port`);
    if (!(await isFree(port))) {
      throw new Error(`port ${port} of ${HOST} is in use: take another --base-port, or none for free ports`);
    }
    this.nextPort = port + 1;
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

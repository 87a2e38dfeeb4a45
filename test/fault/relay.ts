/**
 * A TCP relay between two parts, with which a test makes the network between them fail: it can refuse connections, let
 * bytes vanish from sight for a while, and hold back the bytes of one request while its sender is frozen.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Changes } from '../harness/wait.ts';

/**
 * What becomes of connections. `through`: all is passed on. `silent`: nothing is, in either direction, and nobody is told;
 * what was sent meanwhile arrives when the state is `through` again, as after a cable was put back. `refused`: those there
 * are have been reset, and new ones are.
 */
export type RelayState = 'through' | 'silent' | 'refused';

/** One direction of a connection. */
class Flow {
  private readonly kept: Buffer[] = [];
  private hasEnded = false;
  isHeld = false;

  constructor(
    private readonly to: Socket,
    private readonly isOpen: () => boolean,
  ) {}

  data(chunk: Buffer): void {
    if (this.isStopped) this.kept.push(chunk);
    else this.pass(chunk);
  }

  end(): void {
    this.hasEnded = true;
    this.flush();
  }

  flush(): void {
    if (this.isStopped) return;
    for (const chunk of this.kept.splice(0)) this.pass(chunk);
    if (this.hasEnded) this.to.end();
  }

  private get isStopped(): boolean {
    return this.isHeld || !this.isOpen();
  }

  private pass(chunk: Buffer): void {
    if (!this.to.destroyed) this.to.write(chunk);
  }
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  /** To the target. */
  readonly there: Flow;
  /** From the target. */
  readonly back: Flow;
}

/** What is held back of a connection, see `Relay.hold`. */
export interface Held {
  /** Passes it on, and whatever came after it. */
  release(): void;
  /** What the target has sent on this connection since. */
  readonly answer: Buffer;
}

export interface HoldOptions {
  /** Bytes from the target after which nothing more goes to it on their connection. */
  readonly after: (bytes: Buffer) => boolean;
  /** What is held back then must come to be such. */
  readonly until: (bytes: Buffer) => boolean;
}

export class Relay {
  private readonly links = new Set<Link>();
  private readonly changes = new Changes();
  private current: RelayState = 'through';
  private wanted: HoldOptions | undefined;
  private caught: Held | undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {
    server.on('connection', (near) => this.accept(near));
  }

  /** Listens on a free port of 127.0.0.1. @param target `host:port` */
  static async start(target: string): Promise<Relay> {
    const colon = target.lastIndexOf(':');
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Relay(server, { host: target.slice(0, colon), port: Number(target.slice(colon + 1)) });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }
  /** Connections that are open. */
  get connections(): number {
    return this.links.size;
  }

  set(state: RelayState): void {
    this.current = state;
    for (const { near, far, there, back } of this.links) {
      if (state === 'refused') {
        near.resetAndDestroy();
        far.resetAndDestroy();
        continue;
      }
      there.flush();
      back.flush();
      // What was reset in the silence is found out now.
      if (state === 'through' && near.destroyed) far.destroy();
      if (state === 'through' && far.destroyed) near.destroy();
    }
  }

  /**
   * Holds back all that goes to the target on one connection, from the first byte after an answer of the target: of a
   * request that follows upon it nothing gets there. Resolves as soon as that request has been sent.
   */
  hold(options: HoldOptions, timeout = 15_000): Promise<Held> {
    this.wanted = options;
    this.caught = undefined;
    return this.changes.until(() => this.caught, { what: 'the request to hold back', timeout });
  }

  async stop(): Promise<void> {
    for (const { near, far } of this.links) {
      near.destroy();
      far.destroy();
    }
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(near: Socket): void {
    if (this.current === 'refused') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    const isOpen = (): boolean => this.current === 'through';
    const link = { near, far, there: new Flow(far, isOpen), back: new Flow(near, isOpen) };
    this.links.add(link);
    near.on('data', (chunk: Buffer) => link.there.data(chunk));
    far.on('data', (chunk: Buffer) => {
      if (this.wanted?.after(chunk) === true) this.catch(link, this.wanted);
      link.back.data(chunk);
    });
    this.join(link, near, link.there, far);
    this.join(link, far, link.back, near);
  }

  /** What ends on one side ends on the other. */
  private join(link: Link, from: Socket, flow: Flow, to: Socket): void {
    from.on('end', () => flow.end());
    // ECONNREFUSED, ECONNRESET and the like: "close" follows.
    from.on('error', () => undefined);
    from.on('close', (hadError) => {
      if (hadError && this.current === 'through') to.resetAndDestroy();
      if (link.near.destroyed && link.far.destroyed) this.links.delete(link);
    });
  }

  private catch({ near, far, there }: Link, { until }: HoldOptions): void {
    this.wanted = undefined;
    there.isHeld = true;
    const sent: Buffer[] = [];
    const answer: Buffer[] = [];
    const look = (chunk: Buffer): void => {
      sent.push(chunk);
      if (!until(Buffer.concat(sent))) return;
      near.off('data', look);
      far.on('data', (bytes: Buffer) => answer.push(bytes));
      this.caught = {
        release: () => {
          there.isHeld = false;
          there.flush();
        },
        get answer() {
          return Buffer.concat(answer);
        },
      };
      this.changes.notify();
    };
    near.on('data', look);
  }
}

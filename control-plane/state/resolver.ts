/** Looks the servers' host names up, again and again. */
import { lookup } from 'node:dns/promises';
import type { Logger } from 'pino';
import type { Clock } from '../store/clock.ts';
import { chooseAddress, type Resolved } from './addresses.ts';

export interface ResolverOptions {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds between two looks at a name. */
  readonly intervalMs: () => number;
  /** All addresses of a host; default: as the operating system resolves it (hosts file included). */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Called when an address has changed, or is known for the first time. */
  readonly changed: () => void;
}

/**
 * Look-ups at once. Each takes one of the four threads (by default) that everything else which Node does aside shares, for as
 * long as a name server does not answer.
 */
const AT_ONCE = 2;

async function systemLookup(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

export class Resolver {
  private readonly options: ResolverOptions;
  private readonly addresses = new Map<string, string>();
  /** Names whose last look-up failed, and how. */
  private readonly failures = new Map<string, string>();
  private hosts: readonly string[] = [];
  /** To be looked up, in the order of their turns, and those whose turn it is. */
  private readonly waiting = new Set<string>();
  private readonly looking = new Set<string>();
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(options: ResolverOptions) {
    this.options = options;
  }

  /** What is known now. A name that no longer resolves keeps its last address. */
  get resolved(): Resolved {
    return this.addresses;
  }

  /** The names to keep up to date; new ones are looked up at once. */
  watch(hosts: readonly string[]): void {
    const added = hosts.filter((host) => !this.hosts.includes(host));
    this.hosts = hosts;
    for (const host of [...this.addresses.keys()]) if (!hosts.includes(host)) this.addresses.delete(host);
    for (const host of [...this.failures.keys()]) if (!hosts.includes(host)) this.failures.delete(host);
    this.lookAt(added);
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
    this.cancel = undefined;
  }

  private schedule(): void {
    if (this.stopped || this.cancel !== undefined || this.hosts.length === 0) return;
    this.cancel = this.options.clock.after(this.options.intervalMs(), () => {
      this.cancel = undefined;
      this.lookAt(this.hosts);
      this.schedule();
    });
  }

  private lookAt(hosts: readonly string[]): void {
    for (const host of hosts) if (!this.looking.has(host)) this.waiting.add(host);
    for (const host of this.waiting) {
      if (this.stopped || this.looking.size >= AT_ONCE) return;
      this.waiting.delete(host);
      this.looking.add(host);
      void this.look(host).finally(() => {
        this.looking.delete(host);
        this.lookAt([]);
      });
    }
  }

  private async look(host: string): Promise<void> {
    if (!this.hosts.includes(host)) return;
    const resolve = this.options.resolve ?? systemLookup;
    let address: string | undefined;
    let why = 'it has no address that a proxy can use';
    try {
      address = chooseAddress(await resolve(host));
    } catch (error) {
      why = (error as Error).message;
    }
    if (this.stopped || !this.hosts.includes(host)) return;
    if (address === undefined) {
      if (this.failures.get(host) !== why) {
        const kept = this.addresses.get(host);
        this.options.log.warn({ host, kept, why }, 'the host name of a server does not resolve');
      }
      this.failures.set(host, why);
      return;
    }
    this.failures.delete(host);
    const before = this.addresses.get(host);
    if (before === address) return;
    this.addresses.set(host, address);
    this.options.log.info({ host, address, before }, 'the host name of a server resolves');
    this.options.changed();
  }
}

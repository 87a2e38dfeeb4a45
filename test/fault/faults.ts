/** Faults that tests bring about in a running system. Each can be taken back, and is written down with its time. */
import { freezeProcess } from '../harness/freeze.ts';
import type { Host, RoutedNetwork } from '../harness/netns-router.ts';
import type { Part } from '../../local/topology.ts';

export interface FaultEntry {
  /** Milliseconds since the log began. */
  readonly atMs: number;
  readonly what: string;
}

export class Faults {
  readonly log: FaultEntry[] = [];
  private readonly began = performance.now();

  constructor(
    private readonly network: RoutedNetwork,
    private readonly hosts: ReadonlyMap<string, Host>,
  ) {}

  /** SIGKILL; resolves when the process is gone. */
  async kill(part: Part): Promise<void> {
    this.note(`kill ${part.id}`);
    await part.kill('SIGKILL');
  }

  /** Starts again what was killed; resolves when it serves. */
  async restart(part: Part): Promise<void> {
    this.note(`restart ${part.id}`);
    await part.start();
  }

  /** SIGSTOP; returns when every thread stands still. Its kernel goes on: connections are taken and acknowledged. */
  freeze(part: Part): void {
    this.note(`freeze ${part.id}`);
    if (part.pid === undefined) throw new Error(`${part.id} does not run: it cannot be frozen`);
    freezeProcess(part.pid);
  }

  async thaw(part: Part): Promise<void> {
    this.note(`thaw ${part.id}`);
    await part.kill('SIGCONT');
  }

  /** Packets between two parts vanish in both directions, without a word to either. */
  async cut(a: Part, b: Part): Promise<void> {
    this.note(`cut ${a.id} from ${b.id}`);
    await this.network.cut(this.hostOf(a), this.hostOf(b));
  }

  async mend(a: Part, b: Part): Promise<void> {
    this.note(`mend ${a.id} and ${b.id}`);
    await this.network.mend(this.hostOf(a), this.hostOf(b));
  }

  /** All packets to and from it vanish, also those of the test. */
  async silence(part: Part): Promise<void> {
    this.note(`silence ${part.id}`);
    await this.network.silence(this.hostOf(part));
  }

  /** Its packets come through again. */
  async restore(part: Part): Promise<void> {
    this.note(`restore ${part.id}`);
    await this.network.restore(this.hostOf(part));
  }

  private hostOf({ id }: Part): Host {
    const host = this.hosts.get(id);
    if (host === undefined) throw new Error(`${id} has no network namespace of its own`);
    return host;
  }

  private note(what: string): void {
    const atMs = Math.round(performance.now() - this.began);
    this.log.push({ atMs, what });
    process.stderr.write(`fault: ${atMs} ms: ${what}\n`);
  }
}

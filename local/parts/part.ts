/** A part of the topology that is a process of the local stack. */
import type { Context } from '../context.ts';
import type { LocalProcess } from '../process.ts';
import type { Part } from '../topology.ts';
import { Hopeless, until } from '../until.ts';

/** Milliseconds that a part may take until it serves: on a busy machine starting a program takes its time. */
const START_MS = 60_000;

export interface ProcessPartOptions {
  readonly context: Context;
  readonly process: LocalProcess;
  readonly addresses: Readonly<Record<string, string>>;
  /** Whether it serves; what it throws means "not yet". */
  readonly serves: () => boolean | Promise<boolean>;
}

export class ProcessPart implements Part {
  readonly id: string;
  addresses: Readonly<Record<string, string>>;

  constructor(protected readonly options: ProcessPartOptions) {
    this.id = options.process.id;
    this.addresses = options.addresses;
  }

  get pid(): number | undefined {
    return this.options.process.pid;
  }

  /** The end of what it has written. */
  tail(lines?: number): string {
    return this.options.process.tail(lines);
  }

  kill(signal: NodeJS.Signals): Promise<void> {
    return this.options.process.kill(signal);
  }

  stop(): Promise<void> {
    return this.options.process.stop();
  }

  /** @throws Error with the end of its output when it ends instead, or takes too long */
  async start(): Promise<void> {
    const { process, serves, context } = this.options;
    process.start();
    await until(
      `${this.id} to serve`,
      () => {
        if (process.exit !== undefined) throw new Hopeless(process.obituary());
        return serves();
      },
      { timeoutMs: START_MS, signal: context.signal, describe: () => `its output ends:\n${process.tail()}` },
    );
  }
}

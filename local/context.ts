/** What all parts of the local stack share. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Guard } from './guard.ts';
import { commandAt, LOOPBACK, type Place } from './place.ts';
import { LocalProcess, type Command } from './process.ts';

/** Starts a `cohort` command. */
const COHORT = fileURLToPath(new URL('../bin/cohort.mjs', import.meta.url));

export class Context {
  private readonly processes = new Set<LocalProcess>();

  private constructor(
    private readonly guard: Guard,
    /** Removed at the end: certificates, bootstraps, etcd's data. */
    readonly directory: string,
    /** Says to the user what goes on. */
    readonly say: (line: string) => void,
    /** Aborted when the user wants it all to end. */
    readonly signal: AbortSignal,
    private readonly onEnded: (obituary: string) => void,
  ) {}

  /** @param onEnded told of each process that has ended though nobody asked for it; left out: the user is */
  static async make(
    say: (line: string) => void,
    signal: AbortSignal,
    onEnded: (obituary: string) => void = say,
  ): Promise<Context> {
    const guard = new Guard();
    const directory = join(tmpdir(), `cohort-up-${randomUUID()}`);
    // Told before it exists: this process may be killed at any moment.
    guard.directory(directory);
    try {
      await mkdir(directory, { mode: 0o700 });
    } catch (error) {
      guard.directory('');
      guard.stop();
      throw error;
    }
    return new Context(guard, directory, say, signal, onEnded);
  }

  /** A process that ends with the stack; not started. */
  process(id: string, command: Command, onLine?: (line: string) => void): LocalProcess {
    const process = new LocalProcess({
      id,
      command,
      guard: this.guard,
      ...(onLine === undefined ? {} : { onLine }),
      onUnexpectedExit: (ended) => {
        if (!this.signal.aborted) this.onEnded(ended.obituary());
      },
    });
    this.processes.add(process);
    return process;
  }

  /** A process that runs a `cohort` command. */
  cohort(
    id: string,
    args: readonly string[],
    { place = LOOPBACK, onLine }: { place?: Place; onLine?: (line: string) => void } = {},
  ): LocalProcess {
    const command = commandAt(place, { file: process.execPath, args: [COHORT, ...args] });
    return this.process(id, command, onLine);
  }

  /** Ends what still runs, all at once, and removes the directory. Safe to call twice. */
  async stop(): Promise<void> {
    await Promise.all([...this.processes].map((process) => process.stop()));
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
    this.guard.stop();
  }
}

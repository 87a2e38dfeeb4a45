/** Other people's clients behind one face: each tells what it received in its own words. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Changes, type WaitOptions } from '../harness/wait.ts';
import { killWhenOrphaned } from '../harness/watchdog.ts';

/** What a client was told, or did. */
export type Told =
  | { readonly event: 'connected' }
  /** Application data. */
  | { readonly event: 'message'; readonly text: string }
  /** The redirect, as the client's own interface hands it over. */
  | { readonly event: 'redirect'; readonly [detail: string]: unknown }
  /** The connection is over; `detail` is what its interface says of it. */
  | { readonly event: 'ended'; readonly [detail: string]: unknown }
  /** The program has ended by itself. */
  | { readonly event: 'exited'; readonly code: number | null };

export interface Client {
  readonly told: readonly Told[];
  /** Resolves with the first of them, from the `from`th on, for which `matches` holds. */
  until(matches: (told: Told) => boolean, options?: WaitOptions & { from?: number }): Promise<Told>;
  stop(): Promise<void>;
}

/** What every client keeps: all that it was told, in order. */
export class Notebook {
  readonly told: Told[] = [];
  readonly changes = new Changes();

  constructor(readonly name: string) {}

  note(told: Told): void {
    this.told.push(told);
    this.changes.notify();
  }

  until(matches: (told: Told) => boolean, options: WaitOptions & { from?: number } = {}): Promise<Told> {
    return this.changes.until(() => this.told.slice(options.from ?? 0).find(matches), {
      timeout: 30_000,
      what: `${this.name} to be told what it waits for`,
      describe: () => this.told.slice(-8),
      ...options,
    });
  }
}

export interface ProgramOptions {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Reads a line of its output; undefined: it says nothing that matters. */
  readonly read: (line: string) => Told | undefined;
  /** Starts it again whenever it ends by itself, as a supervisor would. */
  readonly restart?: boolean;
}

/** A client that is a program of its own. */
export class ProgramClient extends Notebook implements Client {
  private child: ChildProcess | undefined;
  private stopping = false;
  private readonly output: string[] = [];

  constructor(private readonly options: ProgramOptions) {
    super(options.name);
    this.start();
  }

  private start(): void {
    const { file, args, env, read, restart } = this.options;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.child = child;
    const release = child.pid === undefined ? undefined : killWhenOrphaned(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.output.push(line);
        const told = read(line);
        if (told !== undefined) this.note(told);
      });
    }
    child.on('error', (error) => this.output.push(String(error)));
    child.on('close', (code) => {
      release?.();
      this.child = undefined;
      if (this.stopping) return this.changes.notify();
      this.note({ event: 'exited', code });
      if (restart) this.start();
    });
  }

  /** The end of what it has written. */
  get tail(): readonly string[] {
    return this.output.slice(-20);
  }

  override until(
    matches: (told: Told) => boolean,
    options: WaitOptions & { from?: number } = {},
  ): Promise<Told> {
    return super.until(matches, { describe: () => this.tail, ...options });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.child?.kill('SIGKILL');
    await this.changes.until(() => this.child === undefined, { what: `${this.name} to end` });
  }
}

/** For programs that print what they were told as JSON, one object a line. */
export function readJson(line: string): Told | undefined {
  return line.startsWith('{') ? (JSON.parse(line) as Told) : undefined;
}

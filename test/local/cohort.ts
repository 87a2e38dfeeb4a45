/** Runs `cohort` as a person does: a program with arguments, its output, its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../protocol-filters/compile.ts';
import type { ReadyEvent } from '../../local/reporter.ts';
import type { Status, Summary } from '../../local/status.ts';
import { Changes } from '../harness/wait.ts';
import { killWhenOrphaned } from '../harness/watchdog.ts';

const COHORT = join(ROOT, 'bin/cohort.mjs');

export type UpEvent =
  | (ReadyEvent & { readonly event: 'ready' })
  | (Status & { readonly event: 'status' })
  | (Summary & { readonly event: 'summary' });

export class Cohort {
  readonly child: ChildProcess;
  /** Lines of standard output and of standard error. */
  readonly out: string[] = [];
  readonly err: string[] = [];
  readonly changes = new Changes();
  /** How it ended; undefined while it runs. */
  exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [COHORT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const release = killWhenOrphaned(this.child.pid ?? 0);
    const take = (stream: NodeJS.ReadableStream, lines: string[]): void => {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        this.changes.notify();
      });
    };
    if (this.child.stdout) take(this.child.stdout, this.out);
    if (this.child.stderr) take(this.child.stderr, this.err);
    this.child.on('close', (code, signal) => {
      release();
      this.exit = { code, signal };
      this.changes.notify();
    });
  }

  /** The lines of `cohort up --json`. */
  get events(): UpEvent[] {
    return this.out.map((line) => JSON.parse(line) as UpEvent);
  }

  /** Resolves with an event of this kind that is there or comes. @throws when it ends without one */
  async event<K extends UpEvent['event']>(
    kind: K,
    timeout = 120_000,
  ): Promise<Extract<UpEvent, { event: K }>> {
    return this.changes.until(
      () => {
        const found = this.events.find((event) => event.event === kind);
        if (found === undefined && this.exit)
          throw new Error(`it ended without ${kind}:\n${this.err.join('\n')}`);
        return found as Extract<UpEvent, { event: K }> | undefined;
      },
      { what: `the event ${kind}`, timeout, describe: () => this.err },
    );
  }

  /** Resolves when it has ended. */
  async ended(timeout = 120_000): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.changes.until(() => this.exit, { what: 'cohort to end', timeout, describe: () => this.err });
  }

  /** For a cleanup. */
  async stop(): Promise<void> {
    if (this.exit) return;
    this.child.kill('SIGTERM');
    await this.ended();
  }
}

/** Whether a process of this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Numbers of all processes that `cohort up` has told of. */
export function pidsOf({ proxies, controlPlanes, servers, etcd }: ReadyEvent): number[] {
  const pids = [...proxies, ...controlPlanes, ...servers].map(({ pid }) => pid);
  return [...pids, ...etcd.pids].filter((pid) => pid !== undefined);
}

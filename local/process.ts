/** One child process: started by its arguments, ended by its number. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Guard } from './guard.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  readonly id: string;
  readonly command: Command;
  readonly guard: Guard;
  /** Each line of its standard output. */
  readonly onLine?: (line: string) => void;
  /** Told when it has ended though nobody asked for it. */
  readonly onUnexpectedExit?: (process: LocalProcess, exit: Exit) => void;
}

/** SIGTERM is given this long, in milliseconds, before SIGKILL follows. */
const GRACE_MS = 5_000;
/** Lines of output that are kept for messages. */
const KEPT_LINES = 200;

export class LocalProcess {
  readonly id: string;
  private child: ChildProcess | undefined;
  private exit_: Exit | undefined;
  private exited: Promise<void> = Promise.resolve();
  private lines: string[] = [];
  private isExpectedToEnd = false;

  constructor(private readonly options: ProcessOptions) {
    this.id = options.id;
  }

  /** While it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }
  /** How it ended last; undefined while it runs, and before its first start. */
  get exit(): Exit | undefined {
    return this.exit_;
  }
  /** Resolves when it does not run (any more). */
  get end(): Promise<void> {
    return this.exited;
  }

  /** @throws Error when it runs already */
  start(): void {
    if (this.child !== undefined) throw new Error(`${this.id} runs already (process ${this.child.pid})`);
    const { command, guard, onLine, onUnexpectedExit } = this.options;
    this.isExpectedToEnd = false;
    this.exit_ = undefined;
    this.lines = [];
    // In a session of its own: Ctrl-C reaches the runner alone, which then ends all parts in order.
    const child = spawn(command.file, command.args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.child = child;
    const { pid } = child;
    if (pid !== undefined) guard.started(pid);
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.keep(line);
      onLine?.(line);
    });
    createInterface({ input: child.stderr }).on('line', (line) => this.keep(line));
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit): void => {
        if (this.child !== child) return;
        if (pid !== undefined) guard.ended(pid);
        this.child = undefined;
        this.exit_ = exit;
        resolve();
        if (!this.isExpectedToEnd) onUnexpectedExit?.(this, exit);
      };
      child.once('error', (error) => {
        this.keep(`${command.file} cannot be started: ${error.message}`);
        ended({ code: null, signal: null });
      });
      child.once('exit', (code, signal) => ended({ code, signal }));
    });
  }

  /** Sends a signal if it runs; for SIGKILL resolves when it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.isExpectedToEnd = true;
    this.child?.kill(signal);
    if (signal === 'SIGKILL') await this.exited;
  }

  /** SIGTERM, then SIGKILL; resolves when it is gone. Safe to call twice. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.isExpectedToEnd = true;
    child.kill('SIGTERM');
    // A frozen process takes no SIGTERM.
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  /** The end of what it has written. */
  tail(lines = 15): string {
    return this.lines.slice(-lines).join('\n');
  }

  /** How it ended, in words, with the end of its output. */
  obituary(): string {
    const { code, signal } = this.exit_ ?? { code: null, signal: null };
    const how = signal ?? (code === null ? 'it never ran' : `exit code ${code}`);
    const tail = this.tail();
    return `${this.id} has ended (${how})${tail === '' ? '' : `; its output ends:\n${tail}`}`;
  }

  private keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }
}

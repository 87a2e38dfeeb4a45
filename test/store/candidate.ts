/** A candidate of an election in a child process, which can be frozen and killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { programPath } from '../harness/programs.ts';
import type { Etcd } from '../harness/etcd.ts';
import { freezeProcess } from '../harness/freeze.ts';
import { Changes, Fatal } from '../harness/wait.ts';
import { killWhenOrphaned } from '../harness/watchdog.ts';

/** A time in which the candidate believed it led: milliseconds of the machine's monotonic clock. */
export interface Span {
  from: number;
  to: number;
}
/** `take fence` and `write` are the halves of one fenced write: the process may be frozen in between. */
export interface CandidateOrder {
  do: 'status' | 'take fence' | 'write' | 'stop';
}
export interface CandidateReply {
  leads: boolean;
  spans?: Span[];
  /** Of the error, where the order failed. */
  code?: string;
}

export class Candidate {
  readonly name: string;
  exitCode: number | null | undefined;
  private readonly child: ChildProcess;
  private readonly changes = new Changes();
  private readonly replies: CandidateReply[] = [];

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
    const release = child.pid === undefined ? (): void => undefined : killWhenOrphaned(child.pid);
    child.on('message', (reply: CandidateReply) => {
      this.replies.push(reply);
      this.changes.notify();
    });
    child.on('exit', (code) => {
      release();
      this.exitCode = code;
      this.changes.notify();
    });
  }

  /** Resolves when the process has connected to etcd. */
  static async start(etcd: Etcd, name: string): Promise<Candidate> {
    const args = [programPath('candidate'), etcd.endpoints.join(','), name];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const candidate = new Candidate(name, child);
    try {
      await candidate.reply(`candidate ${name} to start`);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return candidate;
  }

  /** One order at a time. */
  async order(what: CandidateOrder['do']): Promise<CandidateReply> {
    this.child.send({ do: what } satisfies CandidateOrder);
    return this.reply(`candidate ${this.name} to obey "${what}"`);
  }

  freeze(): void {
    if (this.child.pid !== undefined) freezeProcess(this.child.pid);
  }
  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Resolves when the process has ended by itself. */
  async exited(): Promise<number | null> {
    await this.changes.until(() => this.exitCode !== undefined, { what: `candidate ${this.name} to end` });
    return this.exitCode ?? null;
  }

  async stop(): Promise<void> {
    if (this.exitCode === undefined) this.child.kill('SIGKILL');
    await this.changes.until(() => this.exitCode !== undefined || this.child.signalCode !== null);
  }

  private reply(what: string): Promise<CandidateReply> {
    return this.changes.until(
      () => {
        if (this.exitCode !== undefined) throw new Fatal(`candidate ${this.name} has ended`);
        return this.replies.shift();
      },
      { what, timeout: 30_000 },
    );
  }
}

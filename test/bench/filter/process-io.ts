/** Orders to a child process and their answers, over Node's IPC. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { killWhenOrphaned } from '../../harness/watchdog.ts';

interface Envelope {
  id: number;
  order?: unknown;
  answer?: unknown;
  error?: string;
}

/** A TypeScript file of this folder in a process of its own. */
export class Worker<Order, Answer> {
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  private readonly exited: Promise<void>;
  private nextId = 0;

  constructor(file: string) {
    // Runs under the same loader as this process: fork hands on its options.
    this.child = fork(fileURLToPath(new URL(file, import.meta.url)));
    if (this.child.pid === undefined) throw new Error(`${file} could not be started`);
    this.pid = this.child.pid;
    const release = killWhenOrphaned(this.pid);
    this.child.on('message', ({ id, answer, error }: Envelope) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiting?.resolve(answer as Answer);
      else waiting?.reject(new Error(`${file}: ${error}`));
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        release();
        for (const { reject } of this.waiting.values()) {
          reject(new Error(`${file} has ended (${signal ?? `exit code ${code}`})`));
        }
        resolve();
      });
    });
  }

  ask(order: Order): Promise<Answer> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, order }, (error) => error && reject(error));
    });
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** The child's side: answers every order with what `handle` gives or throws. Ends with the parent. */
export function answerOrders<Order, Answer>(handle: (order: Order) => Promise<Answer>): void {
  process.on('message', ({ id, order }: Envelope) => {
    handle(order as Order).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

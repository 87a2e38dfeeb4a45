/** A control plane in a process of its own, which a test can freeze, kill and start again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { programPath } from '../harness/programs.ts';
import type { ControlPlaneOptions } from '../../control-plane/main.ts';
import { COHORT_WASM } from '../harness/testbed.ts';
import { Changes, Fatal } from '../harness/wait.ts';
import { killWhenOrphaned } from '../harness/watchdog.ts';
import type { ChildMessage, ChildOptions } from './control-plane-main.ts';
import { Rest } from './rest.ts';

export type ProcessOptions = Partial<Omit<ControlPlaneOptions, 'log' | 'etcd'>> &
  Pick<ControlPlaneOptions, 'id' | 'etcd'> & { readonly logLevel?: string };

/** Milliseconds that a process has to end by itself. */
const STOP_MS = 10_000;

export class ControlPlaneProcess {
  readonly id: string;
  readonly lines: string[] = [];
  ports = { xds: 0, admin: 0 };
  private readonly child: ChildProcess;
  private readonly changes = new Changes();
  private failure: string | undefined;
  private exited = false;

  private constructor(id: string, child: ChildProcess) {
    this.id = id;
    this.child = child;
    const release = child.pid === undefined ? (): void => undefined : killWhenOrphaned(child.pid);
    child.on('message', (message: ChildMessage) => {
      if ('listens' in message) this.ports = message.listens;
      else this.failure = message.failed;
      this.changes.notify();
    });
    // Not `exit`: the end of its log may still be on its way then.
    child.on('close', () => {
      release();
      this.exited = true;
      this.changes.notify();
    });
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.lines.push(line));
  }

  /** Resolves when its ports are open. */
  static async start(options: ProcessOptions): Promise<ControlPlaneProcess> {
    const given: ChildOptions = {
      xds: { security: 'plaintext' },
      filterCodePath: COHORT_WASM,
      logLevel: 'debug',
      ...options,
    };
    const child = spawn(process.execPath, [programPath('control-plane'), JSON.stringify(given)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const started = new ControlPlaneProcess(options.id, child);
    try {
      await started.changes.until(
        () => {
          if (started.failure !== undefined) throw new Fatal(started.failure);
          if (started.exited) throw new Fatal(`control plane ${options.id} has ended:\n${started.log()}`);
          return started.ports.admin > 0;
        },
        { what: `control plane ${options.id} to listen`, timeout: 30_000, describe: () => started.log() },
      );
      return started;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid!;
  }
  get rest(): Rest {
    return new Rest(this.ports.admin);
  }
  /** The end of its log. */
  log(): string {
    return this.lines.slice(-30).join('\n');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }

  /** SIGTERM; SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    try {
      await this.ended();
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  private async ended(): Promise<void> {
    await this.changes.until(() => this.exited, {
      what: `control plane ${this.id} to end`,
      timeout: STOP_MS,
      describe: () => this.log(),
    });
  }
}

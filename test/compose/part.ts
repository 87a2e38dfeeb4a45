/** A part of the system that is a container. */
import type { Part } from '../../local/topology.ts';
import { Hopeless, until } from '../../local/until.ts';
import { command, type Engine } from './engine.ts';

/** Milliseconds until it serves. */
const START_MS = 120_000;
/** Seconds that an orderly end may take: `stop_grace_period` of docker-compose.yml. */
const STOP_SECONDS = 30;

export interface ContainerPartOptions {
  readonly engine: Engine;
  readonly id: string;
  /** Of the container. */
  readonly container: string;
  readonly addresses: Readonly<Record<string, string>>;
  /** Whether it serves, asked from outside; what it throws means "not yet". */
  readonly serves: () => boolean | Promise<boolean>;
}

/** What is read of `inspect`'s State. */
export interface ContainerState {
  readonly Running: boolean;
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
}

export class ContainerPart implements Part {
  readonly id: string;
  readonly container: string;
  readonly addresses: Readonly<Record<string, string>>;
  /** It runs in a process namespace of its own. */
  readonly pid = undefined;

  constructor(private readonly options: ContainerPartOptions) {
    this.id = options.id;
    this.container = options.container;
    this.addresses = options.addresses;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.run('kill', '--signal', signal, this.container);
    if (signal !== 'SIGKILL') return;
    await until(`${this.id} to be gone`, async () => !(await this.state()).Running, { timeoutMs: START_MS });
  }

  async start(): Promise<void> {
    await this.run('start', this.container);
    await this.isServing();
  }

  async stop(): Promise<void> {
    await this.run('stop', '--time', String(STOP_SECONDS), this.container);
  }

  /** Resolves when it serves. @throws Error with the end of its log when it ends instead, or takes too long */
  async isServing(): Promise<void> {
    await until(
      `${this.id} to serve`,
      async () => {
        const { Running, ExitCode } = await this.state();
        if (!Running) throw new Hopeless(`${this.id} ended with ${ExitCode}:\n${await this.log()}`);
        return this.options.serves();
      },
      { timeoutMs: START_MS, intervalMs: 250 },
    ).catch(async (error: unknown) => {
      if (error instanceof Hopeless) throw error;
      throw new Error(`${(error as Error).message}; its log ends:\n${await this.log()}`, { cause: error });
    });
  }

  async state(): Promise<ContainerState> {
    return JSON.parse(
      await this.run('inspect', '--format', '{{json .State}}', this.container),
    ) as ContainerState;
  }

  /** The end of what it printed. */
  async log(): Promise<string> {
    const { engine } = this.options.engine;
    return command(['sh', '-c', '"$@" 2>&1', 'sh', ...engine, 'logs', '--tail', '20', this.container]);
  }

  private run(...args: string[]): Promise<string> {
    return command([...this.options.engine.engine, ...args]);
  }
}

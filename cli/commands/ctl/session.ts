/** One run of a command: whom it asks, where it writes, and whether a person sits there. */
import { createInterface } from 'node:readline/promises';
import type { Answer, Ask, Client } from './client.ts';
import { CtlFailure } from './failure.ts';
import { Progress } from './progress.ts';

export interface Streams {
  readonly in: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

export interface SessionOptions {
  readonly output: 'table' | 'json';
  readonly yes: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What is shown: the same in both forms. */
export interface Shown {
  readonly json: unknown;
  readonly text: string;
}

export class Session {
  constructor(
    readonly client: Client,
    private readonly streams: Streams,
    readonly options: SessionOptions,
  ) {}

  get isJson(): boolean {
    return this.options.output === 'json';
  }

  get signal(): AbortSignal {
    return this.options.signal;
  }

  /** Whether a person can be asked. */
  get isInteractive(): boolean {
    return this.streams.in.isTTY === true && this.streams.err.isTTY === true && !this.isJson;
  }

  get isLive(): boolean {
    return this.streams.out.isTTY === true && !this.isJson;
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const answer = await this.client.ask(method, path, { signal: this.signal, ...ask });
    if (answer.isStale) this.say('etcd is away: what is shown is what was known last');
    return answer;
  }

  print(text: string): void {
    this.streams.out.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  show({ json, text }: Shown): void {
    this.print(this.isJson ? JSON.stringify(json, undefined, 2) : text);
  }

  /** To the person, beside the output. */
  say(text: string): void {
    this.streams.err.write(`${text}\n`);
  }

  /**
   * Goes on if that is agreed to: by `--yes`, or by the person at the terminal.
   *
   * @throws CtlFailure COHORT_CTL_NOT_CONFIRMED
   */
  async agree(what: string, option = '--yes'): Promise<void> {
    if (this.options.yes && option === '--yes') return;
    if (!this.isInteractive) {
      throw CtlFailure.of('COHORT_CTL_NOT_CONFIRMED', `${what} ${option} does it without asking`, 'REFUSED');
    }
    const lines = createInterface({ input: this.streams.in, output: this.streams.err });
    try {
      const said = await lines.question(`${what} Go on? [y/N] `, { signal: this.signal });
      if (/^y(es)?$/i.test(said.trim())) return;
    } finally {
      lines.close();
    }
    throw CtlFailure.of('COHORT_CTL_NOT_CONFIRMED', 'nothing was changed', 'REFUSED');
  }

  progress(what: string): Progress {
    return new Progress(this.streams.err, what, !this.isJson);
  }

  /** Sleeps, or not, if Ctrl-C has come. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.signal.addEventListener('abort', done);
      if (this.signal.aborted) done();
    });
  }

  /**
   * Shows once, or, with an interval, again and again until Ctrl-C: on a terminal in the same place, elsewhere whenever it
   * is another (JSON: one a line).
   *
   * @param seconds undefined: once
   */
  async watch(seconds: number | undefined, make: () => Promise<Shown>): Promise<void> {
    if (seconds === undefined) return this.show(await make());
    let last: string | undefined;
    while (!this.signal.aborted) {
      const shown = await this.made(make);
      if (this.signal.aborted) return;
      const text = this.isJson ? JSON.stringify(shown.json) : shown.text;
      if (this.isLive) {
        const at = new Date().toLocaleTimeString();
        this.streams.out.write(`\u001B[H\u001B[JEvery ${seconds} s, ${at}; Ctrl-C ends\n\n${text}\n`);
      } else if (text !== last) this.print(text);
      last = text;
      await this.pause(seconds * 1000);
    }
  }

  /** A watch goes on while nobody answers, and says so. */
  private async made(make: () => Promise<Shown>): Promise<Shown> {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof CtlFailure) || error.exit !== 'UNAVAILABLE') throw error;
      const { code, detail } = error.problem;
      return { json: { error: error.problem }, text: `${code}: ${detail}` };
    }
  }
}

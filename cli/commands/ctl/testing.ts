/** A control plane for unit tests of commands: the real admin interface on a port, over a replica in memory. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { adminApp } from '../../../control-plane/admin/app.ts';
import type { TestReplica } from '../../../control-plane/admin/testing.ts';
import { COMMANDS } from './all.ts';
import { Client } from './client.ts';
import type { Values } from './command.ts';
import { Session } from './session.ts';

export class TestControlPlane {
  /** What was asked: `patch /v1/servers/a?force=true`. */
  readonly asked: string[] = [];
  private server: Server | undefined;

  constructor(readonly replica: TestReplica) {}

  async start(): Promise<URL> {
    const app = adminApp(this.replica.context());
    this.server = createServer((request, response) => {
      this.asked.push(`${request.method?.toLowerCase()} ${request.url}`);
      app(request, response);
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

export interface RunOptions {
  readonly output?: 'table' | 'json';
  /** What the person at the terminal answers, in turn; left out: nobody sits there. */
  readonly answers?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface Run {
  readonly out: string;
  readonly err: string;
}

/** Runs one command. @throws CtlFailure */
export async function run(
  server: URL,
  words: string,
  args: readonly string[] = [],
  values: Values = {},
  { output = 'table', answers, signal = new AbortController().signal }: RunOptions = {},
): Promise<Run> {
  const command = COMMANDS.find((one) => one.words === words);
  if (command === undefined) throw new Error(`there is no command ${words}`);
  const isTTY = answers !== undefined;
  const texts = { out: '', err: '' };
  const sink = (name: 'out' | 'err'): PassThrough & { isTTY: boolean } => {
    const stream = Object.assign(new PassThrough(), { isTTY });
    stream.on('data', (part: Buffer) => (texts[name] += part.toString()));
    return stream;
  };
  const input = Object.assign(new PassThrough(), { isTTY });
  const left = [...(answers ?? [])];
  const err = sink('err');
  err.on('data', (part: Buffer) => {
    if (part.toString().includes('[y/N]')) input.write(`${left.shift() ?? ''}\n`);
  });
  const yes = values['yes'] === true || values['force'] === true;
  const client = new Client({ servers: [server], token: undefined, ca: undefined });
  const session = new Session(client, { in: input, out: sink('out'), err }, { output, yes, signal });
  await command.run(session, args, values);
  await new Promise((resolve) => setImmediate(resolve));
  return texts;
}

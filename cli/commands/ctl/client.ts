/** Asks the admin interface. Any replica answers: where one does not, the next is asked. */
import { request as http, type IncomingMessage } from 'node:http';
import { request as https } from 'node:https';
import type { Connection } from './connection.ts';
import { CtlFailure, exitOf, type ProblemBody } from './failure.ts';

/** Milliseconds of silence after which an answer is given up; what waits for proxies asks for more. */
const PATIENCE_MS = 30_000;
/** Nobody has taken the request: it may be sent to another. */
const NOT_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'];

export type Json = Readonly<Record<string, unknown>>;

export interface Ask {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds of silence that are borne. Default 30 s. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  /** Etcd is away: it is what was known last. */
  readonly isStale: boolean;
  /** Of JSON; `{}` where there is none. */
  readonly body: Json;
  /** As it came. */
  readonly text: string;
}

export class Client {
  /** The first that is asked: the one that answered last. */
  private current = 0;

  constructor(private readonly connection: Connection) {}

  /** @throws CtlFailure for any status but 2xx, and where nobody answers */
  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const response = await this.open(method, path, ask);
    let text = '';
    response.setEncoding('utf8');
    try {
      for await (const part of response) text += part as string;
    } catch (error) {
      throw this.unreachable(error as Error);
    }
    const { etag } = response.headers;
    const isJson = response.headers['content-type']?.includes('json') === true;
    return {
      status: response.statusCode ?? 0,
      etag,
      isStale: response.headers['x-cohort-stale'] === 'true',
      body: isJson && text !== '' ? (JSON.parse(text) as Json) : {},
      text,
    };
  }

  /** The answer as it comes. @throws CtlFailure as `ask` */
  async open(method: string, path: string, ask: Ask = {}): Promise<IncomingMessage> {
    const { servers } = this.connection;
    for (let tried = 1; ; tried++) {
      try {
        const response = await this.send(servers[this.current]!, method, path, ask);
        if ((response.statusCode ?? 0) >= 300) throw await refusal(response);
        return response;
      } catch (error) {
        if (error instanceof CtlFailure) throw error;
        const { code = '' } = error as NodeJS.ErrnoException;
        if (tried >= servers.length || !NOT_CONNECTED.includes(code)) throw this.unreachable(error as Error);
        this.current = (this.current + 1) % servers.length;
      }
    }
  }

  private send(base: URL, method: string, path: string, ask: Ask): Promise<IncomingMessage> {
    const { query = {}, body, headers = {}, patienceMs = PATIENCE_MS, signal } = ask;
    const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const { token, ca } = this.connection;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const request = (secure ? https : http)(
        url,
        {
          method: method.toUpperCase(),
          timeout: patienceMs,
          headers: {
            accept: 'application/json, */*',
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(text === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(secure && ca !== undefined ? { ca } : {}),
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      request.on('error', reject);
      request.on('timeout', () => request.destroy(new Error(`no answer within ${patienceMs} ms`)));
      request.end(text);
    });
  }

  private unreachable(error: Error): CtlFailure {
    const where = this.connection.servers.map(({ host }) => host).join(', ');
    // Several addresses of one name: the message of each stands in `errors`.
    const { errors = [] } = error as AggregateError;
    const why = [error.message, ...errors.map((one) => (one as Error).message)].find((text) => text !== '');
    return CtlFailure.of('COHORT_CTL_UNREACHABLE', `${where}: ${why ?? error.name}`, 'UNAVAILABLE');
  }
}

async function refusal(response: IncomingMessage): Promise<CtlFailure> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) text += part as string;
  const status = response.statusCode ?? 0;
  const problem = problemOf(text);
  if (problem !== undefined) return new CtlFailure(exitOf(status, problem), { ...problem, status });
  const detail = `it answered ${status}: ${text.slice(0, 300)}`;
  const { problem: words } = CtlFailure.of('COHORT_CTL_ANSWER', detail, 'FAILED');
  return new CtlFailure(exitOf(status, words), words);
}

function problemOf(text: string): ProblemBody | undefined {
  try {
    const body = JSON.parse(text) as Partial<ProblemBody>;
    return typeof body.code === 'string' && typeof body.detail === 'string'
      ? (body as ProblemBody)
      : undefined;
  } catch {
    return undefined;
  }
}

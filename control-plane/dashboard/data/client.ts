/** Asks REST. */
import type { Problem, Stale } from './rest.ts';

/** What REST has refused, in its words. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

export interface Answer<T> {
  readonly body: T;
  /** Of the thing that was read; null: it has none. */
  readonly etag: string | null;
  readonly stale: Stale | undefined;
}

export interface Write {
  readonly body?: object;
  /** The revision that it is for. */
  readonly ifMatch?: string | undefined;
  /** Only if there is none yet. */
  readonly isNew?: boolean;
}

/** Milliseconds that an answer may take. */
const PATIENCE_MS = 15_000;
const TOKEN = 'cohort-token';

/** A replica of the control plane: the one that the page came from. */
export class Client {
  /** Kept for as long as the tab is open. */
  get token(): string | undefined {
    return sessionStorage.getItem(TOKEN) ?? undefined;
  }
  set token(token: string | undefined) {
    if (token === undefined) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, token);
  }

  /** @throws Refused, Unreachable */
  async get<T extends object>(path: string): Promise<Answer<T>> {
    const response = await this.fetch(path, {});
    const body = (await response.json()) as T & { stale?: Stale };
    return { body, etag: response.headers.get('etag'), stale: body.stale };
  }

  /** @throws Refused, Unreachable */
  async write(method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, write: Write = {}): Promise<void> {
    const { body, ifMatch, isNew = false } = write;
    await this.fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(isNew ? { 'if-none-match': '*' } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A stream that lasts for as long as both sides want. @throws Refused, Unreachable */
  async stream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    return this.fetch(path, { headers, signal });
  }

  private async fetch(path: string, options: RequestInit): Promise<Response> {
    const { token } = this;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { ...(options.headers as Record<string, string> | undefined), ...authorization };
    let response: Response;
    try {
      const signal = options.signal ?? AbortSignal.timeout(PATIENCE_MS);
      response = await fetch(path, { ...options, headers, signal, cache: 'no-store' });
    } catch (error) {
      throw new Unreachable('the control plane does not answer', { cause: error });
    }
    if (response.ok) return response;
    throw new Refused(await problemOf(response));
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const detail = `the answer was ${response.status} ${response.statusText}`;
  const plain = { type: 'about:blank', title: '', status: response.status, detail, code: '', remedy: '' };
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'code' in body ? (body as Problem) : plain;
}

/** Whether it is about who asks. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof Refused && error.problem.status === 401;
}

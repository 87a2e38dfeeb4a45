/** The admin interface of one control plane, as a test speaks to it. */

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export class Rest {
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<RestAnswer> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** @throws Error for any status but 2xx */
  private async ok(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.request(method, path, body);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  async get<T>(path: string): Promise<T> {
    return (await this.ok('GET', path)) as T;
  }
  async put(path: string, body: unknown): Promise<void> {
    await this.ok('PUT', path, body);
  }
  async patch(path: string, body: unknown): Promise<void> {
    await this.ok('PATCH', path, body);
  }
  async delete(path: string): Promise<void> {
    await this.ok('DELETE', path);
  }
}

/** `/v1/assignment`. */
export interface AssignmentBody {
  epoch: string;
  version: string;
  tableVersion: string;
  drainUpTo: string;
  servers: { id: string; slots: number; pins: number }[];
  pins: Record<string, string>;
}

/** An entry of `/v1/proxies`. */
export interface ProxyBody {
  id: string;
  replicas: string[];
  applied: { epoch: string; version: string } | null;
  connections: number;
  refused: { type: string; name: string; message: string }[];
  health: { cluster: string; server: string; health: string }[] | null;
}

/** `/v1/organizations/{id}`. */
export interface OrganizationBody {
  organization: string;
  slot: number;
  assigned: string | null;
  pin: string | null;
  connections: number;
  split: boolean;
  seats: { server: string; connections: number; proxies: { proxy: string; connections: number }[] }[];
}

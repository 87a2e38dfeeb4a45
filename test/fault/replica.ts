/** A replica of the control plane whose log a test reads, and what it says of itself. */
import { join } from 'node:path';
import { certificateFiles } from '../../local/certificates.ts';
import type { Context } from '../../local/context.ts';
import { getText, isOk } from '../../local/http.ts';
import { certificatesDirectory } from '../../local/parts/control-plane.ts';
import { ProcessPart } from '../../local/parts/part.ts';
import type { Ports } from '../../local/ports.ts';
import { freezeProcess } from '../harness/freeze.ts';
import { waitFor } from '../harness/wait.ts';

export interface ReplicaOptions {
  readonly id: string;
  /** Client URLs of etcd. */
  readonly endpoints: readonly string[];
  readonly filterCode: string;
}

/** A line of the log. */
export interface LogLine {
  readonly msg: string;
  readonly [fact: string]: unknown;
}

export class ReplicaPart extends ProcessPart {
  /** Not started. */
  static async make(context: Context, ports: Ports, options: ReplicaOptions): Promise<ReplicaPart> {
    const { id, endpoints, filterCode } = options;
    const xds = `127.0.0.1:${await ports.next()}`;
    const admin = `127.0.0.1:${await ports.next()}`;
    const tls = certificateFiles(join(certificatesDirectory(context), id));
    const args = [
      ...['control-plane', '--id', id, '--etcd', endpoints.join(','), '--filter-code', filterCode],
      ...['--xds', xds, '--advertise', xds, '--admin', admin],
      ...['--tls-cert', tls.certificate, '--tls-key', tls.privateKey, '--tls-ca', tls.trustedCa],
    ];
    return new ReplicaPart({
      context,
      process: context.cohort(id, args),
      addresses: { xds, admin: `http://${admin}` },
      serves: () => isOk(`http://${admin}/readyz`),
    });
  }

  /** The last lines of its log. */
  log(): LogLine[] {
    return this.options.process
      .tail(200)
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Returns when every thread stands still. */
  freeze(): void {
    if (this.pid === undefined) throw new Error(`${this.id} does not run`);
    freezeProcess(this.pid);
  }

  /** The values of one of its metrics, by their labels as they are printed (`{server="a"}`, or empty). */
  async metric(name: string): Promise<Map<string, number>> {
    const text = await getText(`${this.addresses.admin}/metrics`);
    const values = new Map<string, number>();
    for (const line of text.split('\n')) {
      const [, found, labels = '', value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      if (found === name) values.set(labels, Number(value));
    }
    return values;
  }

  async leads(): Promise<boolean> {
    return (await this.metric('cohort_leader')).get('') === 1;
  }

  /** @throws Error when it is refused */
  async put(path: string, body: object): Promise<void> {
    const answer = await fetch(`${this.addresses.admin}${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`PUT ${path} was answered ${answer.status}: ${await answer.text()}`);
  }
}

/** The one of them that leads. */
export async function leaderAmong(
  replicas: readonly ReplicaPart[],
  options: { readonly timeout?: number } = {},
): Promise<ReplicaPart> {
  return waitFor(
    async () => {
      const answers = await Promise.all(replicas.map((replica) => replica.leads().catch(() => false)));
      return replicas.find((_, i) => answers[i]);
    },
    { what: `one of ${replicas.map(({ id }) => id).join(', ')} to lead`, timeout: 60_000, ...options },
  );
}

/** All but this one. */
export function others(replicas: readonly ReplicaPart[], replica: ReplicaPart): ReplicaPart[] {
  return replicas.filter((other) => other !== replica);
}

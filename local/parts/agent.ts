import type { ForeignServer } from '../options.ts';
import type { Context } from '../context.ts';
import type { Part } from '../topology.ts';
import { ProcessPart } from './part.ts';

/** The agent beside a server that somebody else runs, not started. */
export function agent(
  context: Context,
  server: ForeignServer,
  etcdEndpoints: readonly string[],
): ProcessPart {
  let isRegistered = false;
  const ports = Object.entries(server.ports).flatMap(([kind, { host, port }]) => [
    '--port',
    `${kind}=${host.includes(':') ? `[${host}]` : host}:${port}`,
  ]);
  const args = [
    'agent',
    '--server',
    server.id,
    '--etcd',
    etcdEndpoints.join(','),
    ...ports,
    ...(server.measured ?? []),
    '--log-level',
    'warn',
  ];
  const process = context.cohort(`agent of ${server.id}`, args, { onLine: () => (isRegistered = true) });
  return new ProcessPart({ context, process, addresses: {}, serves: () => isRegistered });
}

/** A server that somebody else runs: it is known, and left alone. */
export function foreignServer({ id, ports }: ForeignServer): Part {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error(`${id} is run by somebody else: it is neither started nor ended from here`));
  const addresses = Object.fromEntries(
    Object.entries(ports).map(([kind, { host, port }]) => [
      kind,
      `${host.includes(':') ? `[${host}]` : host}:${port}`,
    ]),
  );
  return { id, addresses, pid: undefined, kill: refuse, start: refuse, stop: refuse };
}

/** What a server in Node.js calls. */
import { pino, type Logger } from 'pino';
import { serverSchema, type Address, type PortKind } from '../model/index.ts';
import { EtcdStore, type EtcdStoreOptions } from '../store/index.ts';
import { Agent } from './agent.ts';
import type { Numbers } from './numbers-meter.ts';
import { processMeter, type MemoryOptions } from './process-meter.ts';

export interface StartAgentOptions extends Numbers, Pick<MemoryOptions, 'sharesCgroup'> {
  /** The server's id. */
  readonly id: string;
  /** Where proxies reach it, such as `{ mqtt: { host: '10.0.0.5', port: 1883 } }`. Registered if the server is not known yet. */
  readonly ports: Readonly<Record<PortKind, Address>>;
  readonly etcd: Pick<EtcdStoreOptions, 'endpoints' | 'prefix' | 'tls' | 'auth'>;
  /** Milliseconds between two measurements. Default 2000. */
  readonly intervalMs?: number;
  /** Default: pino's, on standard error, from `warn` on. */
  readonly log?: Logger;
}

export interface RunningAgent {
  /** Resolves when the server is registered and its first load is stored. Rejects with a CohortError for what etcd refuses. */
  readonly started: Promise<void>;
  /** Gives the lease back, and ends the connection to etcd. Call it before the server ends. */
  stop(): Promise<void>;
}

/** Speaks for the server that this process is: registers it, says that it lives, publishes its load. */
export function startAgent(options: StartAgentOptions): RunningAgent {
  const { id, ports, etcd, intervalMs, sharesCgroup = false } = options;
  const log = options.log ?? pino({ name: 'cohort agent', level: 'warn' }, pino.destination(2));
  const store = new EtcdStore({ ...etcd, log });
  const agent = new Agent({
    store,
    server: serverSchema.parse({ id, ports }),
    meter: processMeter(options, { sharesCgroup }),
    log,
    ...(intervalMs !== undefined && { intervalMs }),
  });
  let isStopping = false;
  const started = store.start().then(() => agent.start());
  started.catch((error: unknown) => {
    if (!isStopping) log.error({ err: error }, 'the server is not registered');
  });
  return {
    started,
    stop: async () => {
      isStopping = true;
      await agent.stop();
      await store.stop();
    },
  };
}

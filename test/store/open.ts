/** Stores for tests: quick to notice, quiet in the log. */
import { pino } from 'pino';
import { EtcdStore } from '../../control-plane/store/index.ts';
import type { EtcdStoreOptions } from '../../control-plane/store/index.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import type { Etcd } from '../harness/etcd.ts';

/** Lines of the log, newest last, at level `info` and above. */
export interface Log {
  readonly lines: { level: number; msg: string; [field: string]: unknown }[];
}

/** A store on `etcd` that is stopped by `cleanup`; not started. */
export function openStore(
  etcd: Pick<Etcd, 'endpoints'>,
  cleanup: Cleanup,
  options: Partial<EtcdStoreOptions> = {},
  log: Log = { lines: [] },
): EtcdStore {
  const write = (line: string): void => void log.lines.push(JSON.parse(line) as Log['lines'][number]);
  return cleanup.own(
    new EtcdStore({
      endpoints: etcd.endpoints,
      prefix: '/cohort/test/',
      probeIntervalMs: 200,
      log: pino({ level: 'info' }, { write }),
      ...options,
    }),
  );
}

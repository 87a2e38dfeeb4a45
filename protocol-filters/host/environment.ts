// What all VMs of a simulated Envoy process have in common.
import { LogLevel } from './abi.ts';
import { Clock } from './clock.ts';
import { FILTER_STATE_FACTORIES, type FilterStateFactory } from './filter-state.ts';
import { MetricStore } from './metrics.ts';
import { SharedData } from './shared-data.ts';
import { SharedQueues } from './shared-queue.ts';

/** A line that a filter logged. */
export interface LogEntry {
  /** 0 trace … 5 critical. */
  readonly level: number;
  readonly message: string;
  readonly worker: number;
  /** The context that logged; 0 for the VM itself. */
  readonly context: number;
}

/** Property values by their path, its segments joined by '\0'. */
export type Properties = ReadonlyMap<string, Uint8Array>;

export interface EnvironmentOptions {
  readonly clock?: Clock | undefined;
  readonly sharedData?: SharedData | undefined;
  readonly queues?: SharedQueues | undefined;
  readonly metrics?: MetricStore | undefined;
  /**
   * Throw a `StrictError` where Envoy would quietly answer something that is hardly meant: a buffer outside its callback,
   * memory outside the module's, closing or continuing a context that is no such stream. Default false.
   */
  readonly strict?: boolean | undefined;
  /** Lowest level that is logged, and what `proxy_get_log_level` tells. Default Info. */
  readonly logLevel?: number | undefined;
  /** Gets every logged line; without it they are kept in `logs`, the last 1,000. */
  readonly onLog?: ((entry: LogEntry) => void) | undefined;
  readonly filterStateFactories?: Readonly<Record<string, FilterStateFactory>> | undefined;
  /** Names of the clusters that calls can go to. Default: every name exists. */
  readonly clusters?: ReadonlySet<string> | undefined;
  /** Properties of the process, such as `node\0id`, readable in every context. */
  readonly properties?: Properties | undefined;
  /** Environment variables of the VM configuration, readable through WASI. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

const KEPT_LOGS = 1000;

/** Something that Envoy lets pass but a filter surely does not mean. */
export class StrictError extends Error {
  override readonly name = 'StrictError';
}

export class Environment {
  readonly clock: Clock;
  readonly sharedData: SharedData;
  readonly queues: SharedQueues;
  readonly metrics: MetricStore;
  readonly strict: boolean;
  readonly logLevel: number;
  readonly filterStateFactories: Readonly<Record<string, FilterStateFactory>>;
  readonly clusters: ReadonlySet<string> | undefined;
  readonly properties: Properties;
  readonly variables: Readonly<Record<string, string>>;
  readonly logs: LogEntry[] = [];
  /** Connections that filters have seen. */
  connections = 0;
  private readonly onLog: (entry: LogEntry) => void;

  constructor(options: EnvironmentOptions = {}) {
    this.clock = options.clock ?? new Clock();
    this.sharedData = options.sharedData ?? new SharedData();
    this.queues = options.queues ?? new SharedQueues();
    this.metrics = options.metrics ?? new MetricStore();
    this.strict = options.strict ?? false;
    this.logLevel = options.logLevel ?? LogLevel.Info;
    this.filterStateFactories = options.filterStateFactories ?? FILTER_STATE_FACTORIES;
    this.clusters = options.clusters;
    this.properties = options.properties ?? new Map();
    this.variables = options.variables ?? {};
    this.onLog =
      options.onLog ??
      ((entry) => {
        this.logs.push(entry);
        if (this.logs.length > KEPT_LOGS) this.logs.shift();
      });
  }

  log(entry: LogEntry): void {
    if (entry.level >= this.logLevel) this.onLog(entry);
  }
}

/** Properties from `{ 'source.address': '…' }`: dots part the segments, text is UTF-8, a bigint an int64. */
export function properties(
  values: Readonly<Record<string, string | Uint8Array | bigint>>,
): Map<string, Uint8Array> {
  return new Map(
    Object.entries(values).map(([path, value]) => [path.replaceAll('.', '\0'), propertyBytes(value)]),
  );
}

function propertyBytes(value: string | Uint8Array | bigint): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (typeof value !== 'bigint') return value;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, value));
  return bytes;
}

// Metrics of a process: every VM that defines a name gets an id of its own for the one metric of that name.
// Source: Envoy source/extensions/common/wasm/context.cc, defineMetric and following.
import { LAST_METRIC_TYPE, MetricType, Status } from './abi.ts';

/** A metric as the process has it. */
export interface Metric {
  readonly type: number;
  readonly name: string;
  /** Of a counter or gauge. */
  value: bigint;
  /** Of a histogram, in the order recorded. */
  readonly samples: bigint[];
}

const TYPE_MASK = 3;
const ID_STEP = 4;
const U64 = 64;

/** All metrics of a process. */
export class MetricStore {
  private readonly metrics = new Map<string, Metric>();

  /** The metric of that name, made when there is none. */
  obtain(type: number, name: string): Metric {
    const key = `${String(type)} ${name}`;
    let metric = this.metrics.get(key);
    if (metric === undefined) this.metrics.set(key, (metric = { type, name, value: 0n, samples: [] }));
    return metric;
  }

  /** The value of a counter or gauge; undefined where nobody defined it. */
  value(name: string): number | undefined {
    const counter = this.metrics.get(`${String(MetricType.Counter)} ${name}`);
    const metric = counter ?? this.metrics.get(`${String(MetricType.Gauge)} ${name}`);
    return metric === undefined ? undefined : Number(metric.value);
  }

  /** What a histogram recorded; undefined where nobody defined it. */
  samples(name: string): number[] | undefined {
    return this.metrics.get(`${String(MetricType.Histogram)} ${name}`)?.samples.map(Number);
  }

  names(): string[] {
    return [...this.metrics.values()].map((metric) => metric.name);
  }
}

/** The ids of one VM. */
export class VmMetrics {
  private readonly byId = new Map<number, Metric>();
  private readonly last = [MetricType.Counter, MetricType.Gauge, MetricType.Histogram] as number[];

  constructor(private readonly store: MetricStore) {}

  /** @returns the new id, or 0 for a type that does not exist. Defining a name again gives another id. */
  define(type: number, name: string): number {
    if (type > LAST_METRIC_TYPE) return 0;
    const id = (this.last[type] as number) + ID_STEP;
    this.last[type] = id;
    this.byId.set(id, this.store.obtain(type, name));
    return id;
  }

  increment(id: number, by: bigint): number {
    const type = id & TYPE_MASK;
    if (type !== MetricType.Counter && type !== MetricType.Gauge) return Status.BadArgument;
    const metric = this.byId.get(id);
    if (metric === undefined) return Status.NotFound;
    if (type === MetricType.Counter && by <= 0n) return Status.BadArgument;
    metric.value = BigInt.asUintN(U64, metric.value + by);
    return Status.Ok;
  }

  record(id: number, value: bigint): number {
    const metric = this.byId.get(id);
    if (metric === undefined) return Status.NotFound;
    const unsigned = BigInt.asUintN(U64, value);
    if (metric.type === MetricType.Counter) metric.value = BigInt.asUintN(U64, metric.value + unsigned);
    else if (metric.type === MetricType.Gauge) metric.value = unsigned;
    else metric.samples.push(unsigned);
    return Status.Ok;
  }

  /** @returns the value, or a status. */
  get(id: number): bigint | number {
    const type = id & TYPE_MASK;
    if (type !== MetricType.Counter && type !== MetricType.Gauge) return Status.BadArgument;
    return this.byId.get(id)?.value ?? Status.NotFound;
  }
}

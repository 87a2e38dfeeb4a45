/** Every metric of a greeter. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** How a device's time with the greeter ended. */
export type Outcome =
  | 'relayed'
  | 'redirected'
  | 'malformed'
  | 'unidentified'
  | 'too_long'
  | 'unavailable'
  | 'timeout'
  | 'gone'
  | 'busy'
  | 'stopped';

export interface GreeterMetrics {
  readonly registry: Registry;
  readonly ended: (listener: string, outcome: Outcome) => void;
  readonly identified: (seconds: number) => void;
}

export function createMetrics(sources: { waiting: () => number; relayed: () => number }): GreeterMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    registers,
    name: 'cohort_greeter_waiting',
    help: 'Devices whose upgrade was answered and that are not yet redirected or relayed.',
    collect() {
      this.set(sources.waiting());
    },
  });
  new Gauge({
    registers,
    name: 'cohort_greeter_relayed',
    help: 'Relayed connections that are open.',
    collect() {
      this.set(sources.relayed());
    },
  });
  const outcomes = new Counter({
    registers,
    name: 'cohort_greeter_outcomes_total',
    help: 'Devices by what became of them: relayed, redirected, or why neither.',
    labelNames: ['listener', 'outcome'],
  });
  const seconds = new Histogram({
    registers,
    name: 'cohort_greeter_identified_seconds',
    help: 'From the upgrade to the organization.',
    // Clients send their first message at once: a round trip. The listeners' timeout: 10 s.
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
  });
  return {
    registry,
    ended: (listener, outcome) => outcomes.inc({ listener, outcome }),
    identified: (value) => seconds.observe(value),
  };
}

/**
 * The agent of a server: says that it lives, and publishes its load. `docs/agent.md` shows how a server in Node.js uses it;
 * for all others there is `cohort agent`.
 */
export { Agent, type AgentOptions } from './agent.ts';
export { cgroupMeter } from './cgroup-meter.ts';
export { jsonMeter, type JsonEndpoint, type Pointer } from './endpoint/json-meter.ts';
export { parsePointer } from './endpoint/json-pointer.ts';
export { prometheusMeter, type PrometheusEndpoint } from './endpoint/prometheus-meter.ts';
export { parseSelector, type Selector } from './endpoint/selector.ts';
export { unwrapRate, type Wanted } from './endpoint/wanted.ts';
export { withLimits } from './limits.ts';
export { Cgroup } from './linux/cgroup.ts';
export { machineMeter } from './machine-meter.ts';
export { together, type Measurement, type Meter } from './meter.ts';
export type { Numbers } from './numbers-meter.ts';
export { pidIn, pidMeter, processMeter, type MemoryOptions } from './process-meter.ts';
export { startAgent, type RunningAgent, type StartAgentOptions } from './start-agent.ts';
export type { Load, Usage } from './usage.ts';

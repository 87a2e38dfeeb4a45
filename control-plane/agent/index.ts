/** The agent of a server. */
export { Agent, type AgentOptions } from './agent.ts';
export { machineMeter, processMeter, type Load, type Meter } from './meter.ts';

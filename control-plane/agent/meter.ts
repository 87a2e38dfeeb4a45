/** What a server uses of its machine. Each meter gives the load since it was asked last. */
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { AgentStatus } from '../model/index.ts';

export type Load = AgentStatus['load'];

/** Gives the present load. */
export type Meter = () => Load;

/** Of this process: for servers that run in Node.js. @param connections open device connections */
export function processMeter(connections: () => number): Meter {
  let before = process.cpuUsage();
  let at = performance.now();
  return () => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(before);
    const elapsedMicroseconds = Math.max(1, (now - at) * 1_000);
    before = process.cpuUsage();
    at = now;
    return {
      cpu: { used: (user + system) / elapsedMicroseconds, limit: availableParallelism() },
      memory: { used: process.memoryUsage.rss(), limit: totalmem() },
      connections: { used: connections() },
    };
  };
}

/** Busy and all milliseconds of all processors since the machine started. */
function processorTimes(): { busy: number; all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, part) => total + part, 0);
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}

/** Of the whole machine: for an agent beside a server that has the machine to itself. */
export function machineMeter(): Meter {
  let before = processorTimes();
  return () => {
    const now = processorTimes();
    const share = now.all > before.all ? (now.busy - before.busy) / (now.all - before.all) : 0;
    before = now;
    const cores = cpus().length;
    const memory = { used: totalmem() - freemem(), limit: totalmem() };
    return cores === 0 ? { memory } : { cpu: { used: share * cores, limit: cores }, memory };
  };
}

/** The load of the whole machine: for an agent beside a server that has the machine to itself. */
import { cpus, freemem, totalmem } from 'node:os';
import type { Meter } from './meter.ts';

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

export function machineMeter(): Meter {
  let before = processorTimes();
  return () => {
    const now = processorTimes();
    const cores = cpus().length;
    const memory = { used: totalmem() - freemem(), limit: totalmem() };
    const isKnown = cores > 0 && now.all > before.all;
    const share = (now.busy - before.busy) / (now.all - before.all);
    before = now;
    const load = isKnown ? { cpu: { used: Math.max(0, share) * cores, limit: cores }, memory } : { memory };
    return { load, problems: [] };
  };
}

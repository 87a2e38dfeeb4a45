import { availableParallelism, totalmem } from 'node:os';
import { expect, it } from 'vitest';
import { agentStatusSchema } from '../model/index.ts';
import { machineMeter, processMeter } from './meter.ts';

it('measures this process', () => {
  const meter = processMeter(() => 7);
  // Work that takes time of a processor.
  let sum = 0;
  const end = performance.now() + 50;
  while (performance.now() < end) sum += Math.sqrt(sum);
  const { cpu, memory, connections } = meter();
  expect(cpu?.used).toBeGreaterThan(0);
  expect(cpu?.limit).toBe(availableParallelism());
  expect(memory?.used).toBeGreaterThan(1_000_000);
  expect(memory?.limit).toBe(totalmem());
  expect(connections).toEqual({ used: 7 });
});

it('measures the machine, in the form that is stored', () => {
  const load = machineMeter()();
  expect(load.memory?.used).toBeLessThan(totalmem());
  const status = { server: 'a', instance: 'i', measuredAtMs: 0, load };
  expect(agentStatusSchema.parse(status)).toEqual(status);
});

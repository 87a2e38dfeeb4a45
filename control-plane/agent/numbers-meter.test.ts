import { expect, it } from 'vitest';
import { agentStatusSchema } from '../model/index.ts';
import { measure } from './meter.ts';
import { numbersMeter } from './numbers-meter.ts';

it('publishes what the server says, in the form that is stored', async () => {
  const meter = numbersMeter({
    connections: () => 7,
    capacity: 100,
    custom: () => ({ queue: { used: 3, limit: 10 }, 'messages.second': 12.5 }),
  });
  const { load, problems } = await meter();
  expect(problems).toEqual([]);
  expect(load).toEqual({
    connections: { used: 7, limit: 100 },
    custom: { queue: { used: 3, limit: 10 }, 'messages.second': { used: 12.5 } },
  });
  const status = { server: 'a', instance: 'i', measuredAtMs: 0, load };
  expect(agentStatusSchema.parse(status)).toEqual(status);
});

it('leaves out what is no number, and says so; the others stay', async () => {
  const meter = numbersMeter({
    connections: () => -1,
    custom: () => ({ queue: NaN, depth: 4, 'a b': 1, cpu: 1 }),
  });
  const { load, problems } = await meter();
  expect(load).toEqual({ custom: { depth: { used: 4 } } });
  expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
    expect.stringMatching('COHORT_AGENT_VALUE connections is -1'),
    expect.stringMatching('COHORT_AGENT_VALUE queue is NaN'),
    expect.stringMatching('COHORT_AGENT_VALUE "a b" is no name'),
    expect.stringMatching('COHORT_AGENT_VALUE "cpu" is no name'),
  ]);
});

it('outlives a function that throws', async () => {
  const fails = (): never => {
    throw new TypeError('no such thing');
  };
  const { load, problems } = await numbersMeter({ connections: () => 2, custom: fails })();
  expect(load).toEqual({ connections: { used: 2 } });
  expect(problems[0]?.message).toContain('no such thing');
  expect((await measure(fails)).problems[0]?.code).toBe('COHORT_AGENT_VALUE');
});

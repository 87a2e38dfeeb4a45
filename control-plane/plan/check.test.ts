import { expect, it } from 'vitest';
import { plan } from './plan.ts';
import { input, organization, server } from './testing.ts';
import type { PlanInput } from './types.ts';

const servers = [server('a'), server('b')];

it.each<[string, Partial<PlanInput>]>([
  ['two servers have the id "a"', { servers: [server('a'), server('a')] }],
  ['the server "a" needs 1 limits', { servers: [server('a', { limits: [] })] }],
  ['the server "a" needs 1 limits', { servers: [server('a', { base: [1, 2] })] }],
  ['has a limit below 0', { servers: [server('a', { limits: [-1] })] }],
  ['has a limit below 0', { servers: [server('a', { limits: [NaN] })] }],
  ['has a base usage that is none', { servers: [server('a', { base: [Infinity] })] }],
  ['slotUsage: 3 entries in place of 16384', { slotUsage: new Float64Array(3) }],
  ['slotConnections: an entry', { slotConnections: new Float64Array(16384).fill(-1) }],
  ['slotUsage: an entry', { slotUsage: new Float64Array(16384).fill(NaN) }],
  ['"x" has the slot 16384', { organizations: [organization('x', 16384, 1)] }],
  ['"x" has the slot 0.5', { organizations: [organization('x', 0.5, 1)] }],
  ['"x" needs connections and 1 usages', { organizations: [organization('x', 0, -1)] }],
  ['"x" needs connections and 1 usages', { organizations: [organization('x', 0, 1, { usage: [] })] }],
  ['"x" needs connections and 1 usages', { organizations: [organization('x', 0, 1, { usage: [NaN] })] }],
  ['the budget is -1', { budget: -1 }],
  ['the target is 0.9', { options: { target: 0.9 } }],
  ['the threshold is NaN', { options: { threshold: NaN } }],
  ['the ceiling is 0', { options: { ceiling: 0 } }],
  ['mostPins is -1', { options: { mostPins: -1 } }],
  ['there is no dimension', { dimensions: [] }],
])('says what is wrong: %s', (message, wrong) => {
  expect(() => plan(input({ servers, ...wrong }))).toThrow(
    new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
  );
  expect(() => plan(input({ servers, ...wrong }))).toThrow(RangeError);
});

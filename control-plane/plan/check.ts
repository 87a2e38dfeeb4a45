/** Whether a plan's input is what its type says. */
import { SLOTS } from '../placement/types.ts';
import type { PlanInput, PlanOrganization } from './types.ts';

/** @throws RangeError that names the first thing that is not as it should be, the organizations aside */
export function checkInput(input: PlanInput): void {
  const { servers, slotConnections, slotUsage, budget, options = {} } = input;
  const width = input.dimensions.length;
  if (width === 0) throw new RangeError('there is no dimension: name at least one, such as connections');
  const ids = new Set<string>();
  for (const { id, limits, base, weight = 1 } of servers) {
    if (ids.has(id)) throw new RangeError(`two servers have the id "${id}"`);
    ids.add(id);
    if (limits.length !== width || base.length !== width) {
      throw new RangeError(`the server "${id}" needs ${width} limits and as many base usages`);
    }
    if (!limits.every((one) => one >= 0)) throw new RangeError(`the server "${id}" has a limit below 0`);
    if (!isUsage(weight)) throw new RangeError(`the server "${id}" has a weight that is none`);
    if (!base.every(isUsage)) throw new RangeError(`the server "${id}" has a base usage that is none`);
  }
  const lengths = [
    ['slots of the table', input.table.slots, SLOTS],
    ['slotConnections', slotConnections, SLOTS],
    ['slotUsage', slotUsage, SLOTS * width],
  ] as const;
  for (const [name, { length }, wanted] of lengths) {
    if (length !== wanted) throw new RangeError(`${name}: ${length} entries in place of ${wanted}`);
  }
  if (!slotConnections.every(isUsage))
    throw new RangeError('slotConnections: an entry is not a number from 0');
  if (!slotUsage.every(isUsage)) throw new RangeError('slotUsage: an entry is not a number from 0');
  if (!(budget >= 0)) throw new RangeError(`the budget is ${budget}: it must be 0 or more`);
  for (const [name, value] of Object.entries({ target: options.target, threshold: options.threshold })) {
    if (value !== undefined && !(value >= 1))
      throw new RangeError(`the ${name} is ${value}: it must be 1 or more`);
  }
  const { ceiling = 1, mostPins = 0, even } = options;
  if (even !== undefined && !(input.dimensions.includes(even.dimension) && even.least > 0)) {
    throw new RangeError(`even: ${even.dimension} is no dimension, or ${even.least} is not above 0`);
  }
  if (!(ceiling > 0)) throw new RangeError(`the ceiling is ${ceiling}: it must be above 0`);
  if (!(mostPins >= 0)) throw new RangeError(`mostPins is ${mostPins}: it must be 0 or more`);
}

/** The same for one of the organizations. */
export function checkOrganization(one: PlanOrganization, width: number): void {
  if (!(one.slot >= 0 && one.slot < SLOTS && Number.isInteger(one.slot))) {
    throw new RangeError(`the organization "${one.id}" has the slot ${one.slot}`);
  }
  let isRight = one.usage.length === width && isUsage(one.connections);
  for (let d = 0; d < width && isRight; d++) isRight = isUsage(one.usage[d]!);
  if (!isRight) {
    throw new RangeError(`the organization "${one.id}" needs connections and ${width} usages from 0`);
  }
}

function isUsage(value: number): boolean {
  return value >= 0 && value < Infinity;
}

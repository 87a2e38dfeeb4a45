/** What has to go, whatever the load is. Pure. */
import type { Labels } from '../model/index.ts';
import { serverOf, type PlacementServer } from '../placement/assignment.ts';
import { slotCounts } from '../placement/table.ts';
import type { Assignment } from '../placement/types.ts';
import { matches } from '../plan/selectors.ts';

export interface LeavingInput {
  readonly assignment: Assignment;
  readonly servers: readonly PlacementServer[];
  readonly dead: ReadonlySet<string>;
  readonly labelsOf: (server: string) => Labels;
  readonly selectors: ReadonlyMap<string, Labels>;
  /** What people want: nobody moves that. */
  readonly pins: ReadonlyMap<string, string>;
}

/**
 * Whether a draining or a removed server has anything, or one without weight has slots; what dead ones have is adopted, and
 * none of this. Slots stay where no other server could take them.
 */
export function isLeaving({ assignment, servers, dead }: LeavingInput): boolean {
  const states = new Map(servers.map(({ id, state }) => [id, state]));
  const isGoing = (id: string): boolean => !dead.has(id) && (states.get(id) ?? 'draining') === 'draining';
  if (assignment.servers.some(isGoing)) return true;
  const weightless = servers.filter(({ state, weight }) => state === 'active' && weight === 0);
  if (weightless.length === 0 || !servers.some(isTaker)) return false;
  const slots = slotCounts(assignment);
  return weightless.some(({ id }) => slots.has(id));
}

/** Whether a server may have slots and is in no assignment yet. */
export function hasJoined({ assignment, servers }: Pick<LeavingInput, 'assignment' | 'servers'>): boolean {
  const named = new Set(assignment.servers);
  return servers.some(({ id, state, weight }) => state === 'active' && weight > 0 && !named.has(id));
}

/** Whether an organization is on a server without the labels that it asks for, and could be on another. */
export function isMisplaced({ assignment, servers, labelsOf, selectors, pins }: LeavingInput): boolean {
  const takers = servers.filter(isTaker);
  return [...selectors].some(([organization, selector]) => {
    if (pins.has(organization)) return false;
    const at = serverOf(assignment, organization);
    const fits = (id: string): boolean => matches({ labels: labelsOf(id) }, selector);
    return (at === undefined || !fits(at)) && takers.some(({ id }) => fits(id));
  });
}

function isTaker({ state, weight }: PlacementServer): boolean {
  return state === 'active' && weight > 0;
}

/** Whether slots are evened out by their number, or moved by load. Pure. */
import type { Assignment } from '../model/index.ts';
import { ON_THE_WAY, signatureOf } from '../placement/balance.ts';
import type { PlacementServer } from '../placement/assignment.ts';
import type { ServerHealth } from './health.ts';

/**
 * By number, though the load is known: what has come back from the dead gets its part back so, slowly, and what was begun so
 * ends so.
 */
export function isByNumber(
  previous: Assignment | undefined,
  servers: readonly PlacementServer[],
  { returning }: Pick<ServerHealth, 'returning'>,
): boolean {
  if (previous === undefined || previous.balancedFor === ON_THE_WAY) return true;
  const hasReturned = servers.some(({ id, state }) => state === 'active' && returning.has(id));
  return hasReturned && previous.balancedFor !== signatureOf(servers);
}

/** How even a placement is. */
import type { Draft } from './draft.ts';
import { isAlone } from './own.ts';
import type { Own } from './own.ts';
import type { Balance } from './types.ts';

/**
 * Worst load over mean of the servers that count; 1 where there is no load. Infinite where all load is from organizations
 * above the mean, and one of them does not have its server for itself.
 */
export function worstOverMean(draft: Draft, own: Own): number {
  let worst = 0;
  for (let server = 0; server < draft.fleet.count; server++) {
    if (draft.fleet.gets[server] === 0 || isAlone(draft, own, server)) continue;
    worst = Math.max(worst, draft.loadOf(server));
  }
  // The last bits of sums are no unevenness.
  return worst > 0 ? Math.max(1, worst / own.mean) : 1;
}

export function balanceOf(draft: Draft, own: Own): Balance {
  const { organizations, fleet } = draft;
  return {
    worstOverMean: worstOverMean(draft, own),
    mean: own.mean,
    own: new Map(
      [...own.serverOf].map(([organization, server]) => [
        organizations.list[organization]!.id,
        fleet.ids[server]!,
      ]),
    ),
  };
}

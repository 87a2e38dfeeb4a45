/**
 * The rebalancer's plan: from what servers carry to what moves. No I/O, no clock, no chance; see
 * docs/decisions/0013-planner.md.
 */
import { alarmsOf } from './alarms.ts';
import { balanceOf, worstOverMean } from './balance.ts';
import { checkInput } from './check.ts';
import { Draft } from './draft.ts';
import { Fleet } from './fleet.ts';
import { Organizations } from './organizations.ts';
import { isWorth, overloadOf } from './overload.ts';
import { NEARLY, ownServers } from './own.ts';
import { movesOf, pinsOf, tableAfter } from './result.ts';
import { enforceSelectors, evacuate, evenOut, hasMoreToGive, lowerCeilings } from './steps.ts';
import type { Plan, PlanInput } from './types.ts';
import { Work } from './work.ts';
import type { Aims } from './work.ts';

export const DEFAULT_TARGET = 1.05;
export const DEFAULT_CEILING = 0.85;
export const DEFAULT_MOST_PINS = 10_000;

/**
 * What to move now. The order of the input's servers and organizations does not matter. Called again with its own outcome
 * and the same loads it goes on where the budget ended it, and then rests.
 *
 * Throws `RangeError` where the input is not what its type says: two servers with the same id, a usage that is not a number
 * from 0, a slot that does not exist, arrays of the wrong length.
 */
export function plan(input: PlanInput): Plan {
  checkInput(input);
  const {
    target = DEFAULT_TARGET,
    ceiling = DEFAULT_CEILING,
    mostPins = DEFAULT_MOST_PINS,
  } = input.options ?? {};
  const threshold = Math.max(target, input.options?.threshold ?? target);
  const aims: Aims = { target, ceiling, mostPins, budget: input.budget };
  const fleet = new Fleet(input);
  const organizations = new Organizations(input, fleet);
  const first = new Draft(input, fleet, organizations);
  const even = input.options?.even;
  if (even !== undefined)
    fleet.alwaysEven(input.dimensions.indexOf(even.dimension), first.totals, even.least);
  else if (!fleet.isLimited) fleet.evenOut(first.totals);
  const own = ownServers(first, ceiling);
  const before = balanceOf(first, own);
  const begin = (draft = new Draft(input, fleet, organizations)): Work => {
    const work = new Work(draft, own, aims);
    evacuate(work);
    enforceSelectors(work);
    return work;
  };
  const { work, isCut } = withinBudget(begin(first), begin, threshold);
  const { draft } = work;
  draft.releasePins();
  const moves = movesOf(work, input);
  return {
    moves,
    table: tableAfter(work, input.table),
    pins: pinsOf(work),
    before,
    after: balanceOf(draft, own),
    isComplete: !hasMoreToGive(work) || (moves.length === 0 && !isCut),
    alarms: alarmsOf(work, input.dimensions),
  };
}

/**
 * What the budget allows, if it is worth what it costs. If there is nothing that it allows, one thing may go beyond it; and if
 * even that is not worth it, nothing moves.
 */
function withinBudget(
  work: Work,
  begin: () => Work,
  threshold: number,
): { readonly work: Work; readonly isCut: boolean } {
  const first = attempt(work, threshold);
  if (first === 'worth it' || (first === 'nothing' && !work.isCut)) return { work, isCut: work.isCut };
  const untouched = first === 'nothing' ? work : begin();
  if (!work.isCut || work.aims.budget === 0) return { work: untouched, isCut: work.isCut };
  untouched.mayExceed = true;
  const second = attempt(untouched, threshold);
  if (second === 'worth it') return { work: untouched, isCut: true };
  return { work: second === 'nothing' ? untouched : begin(), isCut: false };
}

function attempt(work: Work, threshold: number): 'nothing' | 'worth it' | 'not worth it' {
  const { draft, own } = work;
  const before = overloadOf(work);
  const moves = draft.moves;
  lowerCeilings(work);
  if (worstOverMean(draft, own) > threshold * (1 + NEARLY)) evenOut(work);
  if (draft.moves === moves) return 'nothing';
  return isWorth(work, before, draft.spent) ? 'worth it' : 'not worth it';
}

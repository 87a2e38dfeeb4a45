// The connections whose organization is not known yet, oldest first: a silent one is refused when its time is over.
import { Chain } from './chain';
import { Connection } from './connection';
import { isOver } from './ticker';

const chain = changetype<Chain>(memory.data(offsetof<Chain>()));

export function startIdentifying(connection: Connection): void {
  chain.push(connection);
}

/** Whose listener's servers speak first: they wait for the next tick and for nothing else. */
const serverFirst = changetype<Chain>(memory.data(offsetof<Chain>()));

export function waitForTick(connection: Connection): void {
  serverFirst.push(connection);
}

/** The first of them, or 0. */
export function nextServerFirst(): usize {
  return serverFirst.first;
}

/**
 * A connection whose deadline has passed, or 0. Listeners with different time-outs share the chain: `after` goes on behind
 * one that was looked at, and 0 starts at the oldest.
 */
export function nextOverdue(after: usize): usize {
  let at = after == 0 ? chain.first : changetype<Connection>(after).next;
  while (at != 0) {
    if (isOver(changetype<Connection>(at).deadline)) return at;
    at = changetype<Connection>(at).next;
  }
  return 0;
}

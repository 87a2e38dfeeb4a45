// The connections whose organization is not known yet, oldest first: a silent one is refused when its time is over.
import { Connection } from './connection';
import { ticks } from './ticker';

let oldest: usize = 0;
let latest: usize = 0;

export function startIdentifying(connection: Connection): void {
  const at = changetype<usize>(connection);
  connection.previous = latest;
  connection.next = 0;
  if (latest != 0) changetype<Connection>(latest).next = at;
  else oldest = at;
  latest = at;
}

/** Takes it out of the chain; does nothing where it is not in it. */
export function stopIdentifying(connection: Connection): void {
  const at = changetype<usize>(connection);
  if (connection.previous == 0 && oldest != at) return;
  if (connection.previous != 0) changetype<Connection>(connection.previous).next = connection.next;
  else oldest = connection.next;
  if (connection.next != 0) changetype<Connection>(connection.next).previous = connection.previous;
  else latest = connection.previous;
  connection.previous = 0;
  connection.next = 0;
}

/**
 * A connection whose deadline has passed, or 0. Listeners with different time-outs share the chain: `after` goes on behind
 * one that was looked at, and 0 starts at the oldest.
 */
export function nextOverdue(after: usize): usize {
  let at = after == 0 ? oldest : changetype<Connection>(after).next;
  while (at != 0) {
    // Ticks wrap after 34 years; the difference does not mind.
    if (<i32>(ticks - changetype<Connection>(at).deadline) >= 0) return at;
    at = changetype<Connection>(at).next;
  }
  return 0;
}

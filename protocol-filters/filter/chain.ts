// A chain of connections in the order in which they joined; a connection is in one chain at most, and leaves it without
// a search.
import { Connection } from './connection';

/** Make one as a static block: `memory.data(offsetof<Chain>())`. */
@unmanaged
export class Chain {
  first: usize;
  last: usize;
  count: u32;

  push(connection: Connection): void {
    leaveChain(connection);
    const at = changetype<usize>(connection);
    connection.chain = changetype<usize>(this);
    connection.previous = this.last;
    connection.next = 0;
    if (this.last != 0) changetype<Connection>(this.last).next = at;
    else this.first = at;
    this.last = at;
    this.count++;
  }
}

/** Takes the connection out of the chain it is in, if any. */
export function leaveChain(connection: Connection): void {
  if (connection.chain == 0) return;
  const chain = changetype<Chain>(connection.chain);
  if (connection.previous != 0) changetype<Connection>(connection.previous).next = connection.next;
  else chain.first = connection.next;
  if (connection.next != 0) changetype<Connection>(connection.next).previous = connection.previous;
  else chain.last = connection.previous;
  connection.chain = 0;
  connection.previous = 0;
  connection.next = 0;
  chain.count--;
}

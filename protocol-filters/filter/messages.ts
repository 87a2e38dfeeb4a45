// How many messages servers send, without reading them: every chunk counts as one, and one chunk in 64, drawn at random, is
// looked at and makes up for 64. Where a chunk is a message, as small ones mostly are, the count is exact; elsewhere its
// expectation is right, and its error shrinks with the root of what is counted.
import { messagesIn } from '../protocols/framing';
import { framesIn } from '../protocols/websocket-follow';
import { Connection, FLAG_HTTP } from './connection';
import { Listener } from './settings';
import { Seat } from './seats';

/** One chunk in so many is looked at, on average. */
const SHARE: u32 = 64;

let untilNext: u32 = SHARE;
let random: u32 = 0x9e3779b9;

/** Chunks until the next one that is looked at: 1 to 127, so that nothing that repeats can keep in step with it. */
function draw(): u32 {
  // Marsaglia, "Xorshift RNGs", 2003: (13, 17, 5).
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return 1 + ((random >>> 8) % (2 * SHARE - 1));
}

/** The count never goes back: what it is too high is held against the next chunks. */
function correct(seat: Seat, messages: u32): void {
  if (messages == 0) {
    seat.owed += SHARE;
    return;
  }
  let more: u64 = <u64>(messages - 1) * SHARE;
  const paid = more < seat.owed ? <u32>more : seat.owed;
  seat.owed -= paid;
  more -= paid;
  seat.messages += more;
}

/** Counts the server's chunk in `bufferType`, in its callback. */
export function countMessages(listener: Listener, connection: Connection, bufferType: i32, size: u32): void {
  if (connection.seat == 0 || size == 0) return;
  const seat = changetype<Seat>(connection.seat);
  if (seat.owed > 0) seat.owed--;
  else seat.messages++;
  if (--untilNext > 0) return;
  untilNext = draw();
  const isHttp = (connection.flags & FLAG_HTTP) != 0;
  correct(
    seat,
    isHttp ? framesIn(bufferType, size) : messagesIn(listener, connection.session(), bufferType, size),
  );
}

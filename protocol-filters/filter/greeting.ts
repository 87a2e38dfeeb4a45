// The first message of a device in a WebSocket, which the filter does not hold back: what it tells of the session (the
// protocol's version, keepalive, the longest message) is noted as it passes. It comes in a chunk, mostly; else what has come
// is kept until all of it is there, or it proves too long.
import { getBuffer, hostData, hostSize } from '../sdk/host';
import { allocate, release } from '../sdk/memory';
import { openMemory } from '../sdk/reader';
import { protocolOf } from '../protocols/index';
import { Connection, FLAG_GREETING } from './connection';
import { FOUND, NEED_MORE } from './identity';
import { Listener } from './settings';
import { isGreetingOver, unmaskedIn, unmaskedSize } from '../protocols/websocket-device';

/** A first message that has not told all in so many bytes tells nothing. */
const MOST_KEPT: u32 = 4096;

export function dropGreeting(connection: Connection): void {
  if (connection.greeting == 0) return;
  release(connection.greeting, MOST_KEPT);
  connection.greeting = 0;
}

function done(connection: Connection): void {
  dropGreeting(connection);
  connection.flags &= ~FLAG_GREETING;
}

/** Keeps the chunk for the next time. False where it is too much. */
function keep(connection: Connection, data: usize, size: u32): bool {
  if (size > MOST_KEPT - connection.greetingSize) return false;
  if (connection.greeting == 0) connection.greeting = allocate(MOST_KEPT);
  if (connection.greeting == 0) return false;
  memory.copy(connection.greeting + connection.greetingSize, data, size);
  connection.greetingSize += size;
  return true;
}

const COPY: usize = memory.data(4096);

/** A chunk of the device's, while FLAG_GREETING is set. */
export function greet(listener: Listener, connection: Connection, bufferType: i32, size: u32): void {
  if (size == 0) return;
  if (size > MOST_KEPT || !getBuffer(bufferType, 0, size) || hostSize != size) return done(connection);
  if (!keep(connection, hostData, size)) return done(connection);
  // What is kept stays masked: the rest of a frame would not fit otherwise.
  memory.copy(COPY, connection.greeting, connection.greetingSize);
  if (!unmaskedIn(COPY, connection.greetingSize)) return done(connection);
  openMemory(COPY, unmaskedSize);
  const answer = protocolOf(listener).read(listener, connection.session(), unmaskedSize);
  if (answer == NEED_MORE && !isGreetingOver) return;
  done(connection);
  if (answer != FOUND) connection.session().dialect = 0;
}

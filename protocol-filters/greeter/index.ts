// Entry of the greeter's module: the protocols' definitions without a proxy around them, for `greeter/identifier.ts`. What is
// handed over and what is answered lies in memory; nothing is asked of a host.
import { storeAscii } from '../sdk/bytes';
import { allocate, release } from '../sdk/memory';
import { ProtoReader } from '../sdk/proto';
import { openMemory } from '../sdk/reader';
import { startWriting, written, writtenSize } from '../sdk/writer';
import { identifyOpened } from '../filter/identify';
import { FOUND, identity, NEED_MORE } from '../filter/identity';
import { listenerError, parseListener } from '../filter/listener';
import { MOVED, reasonName } from '../filter/reasons';
import { Listener } from '../filter/settings';
import { protocolOf } from '../protocols/index';
import { Session } from '../protocols/session';

/** Of PluginConfiguration. */
const LISTENER: u32 = 2;

const reader = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const WORDS: usize = memory.data(256);
const session = changetype<Session>(memory.data(offsetof<Session>()));

let listener: usize = 0;
let taken: usize = 0;
let room: u32 = 0;
let answerAt: usize = 0;
let answerSize: u32 = 0;

/** Where the next `size` bytes are to be put; 0 where there is no memory. */
export function take(size: u32): usize {
  if (size > room || taken == 0) {
    release(taken, room);
    room = max<u32>(size, 1024);
    taken = allocate(room);
    if (taken == 0) room = 0;
  }
  return taken;
}

function say(text: string): void {
  answerAt = WORDS;
  answerSize = storeAscii(WORDS, text);
}

/** Takes the settings of its listener, message PluginConfiguration with a Listener. 1, or 0 with the reason as answer. */
export function configure(size: u32): u32 {
  reader.open(taken, size);
  if (!reader.next() || !reader.isBytes || reader.field != LISTENER) say('no Listener message');
  else {
    listener = parseListener(reader.data, reader.size);
    if (listener == 0) say(listenerError);
  }
  return listener == 0 ? 0 : 1;
}

/** Looks at the first bytes of a device. 0: more are needed; 1: the answer is its organization; 2: why there is none. */
export function identify(size: u32): u32 {
  memory.fill(changetype<usize>(session), 0, offsetof<Session>());
  openMemory(taken, size);
  const answer = identifyOpened(changetype<Listener>(listener), session, size);
  if (answer == NEED_MORE) return 0;
  if (answer != FOUND) {
    say(reasonName(identity.reason));
    return 2;
  }
  answerAt = identity.organization;
  answerSize = identity.size;
  return 1;
}

/** Of the device whose bytes were looked at last: its protocol's dialect, such as MQTT's level; 0 where it is not known. */
export function dialect(): u32 {
  return session.dialect;
}

/** What its protocol says to a device that is to go to the location, `locationSize` bytes. */
export function notify(locationSize: u32): void {
  startWriting();
  const settings = changetype<Listener>(listener);
  protocolOf(settings).redirect(settings, session, MOVED, taken, locationSize);
  answerAt = written();
  answerSize = writtenSize();
}

export function resultAt(): usize {
  return answerAt;
}
export function resultSize(): u32 {
  return answerSize;
}

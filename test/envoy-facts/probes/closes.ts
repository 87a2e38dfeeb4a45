// Closes a TCP connection when a chunk ends with an order: '!2' or '!3' at once, in the callback of that chunk, '~2' or
// '~3' from the next tick. The number is the stream type that `proxy_close_stream` is given. Where an end of stream
// arrives, `end\n` is appended for the other side.
export * from '../../../protocol-filters/sdk/exports';
import { BUFFER_DOWNSTREAM, BUFFER_UPSTREAM, CONTINUE, PAUSE } from '../../../protocol-filters/sdk/constants';
import { storeAscii } from '../../../protocol-filters/sdk/bytes';
import { on, Stream, useContexts } from '../../../protocol-filters/sdk/contexts';
import {
  actAs,
  closeStream,
  getBuffer,
  hostData,
  hostSize,
  logAlso,
  logNumber,
  setBuffer,
  setTickPeriod,
} from '../../../protocol-filters/sdk/host';
import { keepText, ProbeRoot, routeTcp, said, say } from './lib/probe';

@unmanaged
class Closing extends Stream {
  routed: bool;
}

const TICK_MS: u32 = 20;
const WORDS: usize = memory.data(8);
/** What the next tick shall close: the context's id, or 0, and the stream type. */
let closeNext: u32 = 0;
let closeType: i32 = 0;

function configure(root: usize, size: u32): bool {
  setTickPeriod(TICK_MS);
  return keepText(root, size);
}

function newConnection(stream: usize): i32 {
  return PAUSE;
}

function obey(at: usize, type: i32, size: u32, end: bool): void {
  if (end) setBuffer(type, size, 0, WORDS, storeAscii(WORDS, 'end\n'));
  if (size < 2 || !getBuffer(type, size - 2, 2) || hostSize != 2) return;
  const mark = load<u8>(hostData);
  const stream = <i32>load<u8>(hostData, 1) - 48;
  if (stream != 2 && stream != 3) return;
  if (mark == 33) closeStream(stream);
  if (mark == 126) {
    closeNext = changetype<Stream>(at).id;
    closeType = stream;
  }
}

function downstreamData(at: usize, size: u32, end: bool): i32 {
  const stream = changetype<Closing>(at);
  if (!stream.routed) {
    if (size == 0 || !routeTcp()) return PAUSE;
    stream.routed = true;
  }
  obey(at, BUFFER_DOWNSTREAM, size, end);
  return CONTINUE;
}

function upstreamData(at: usize, size: u32, end: bool): i32 {
  obey(at, BUFFER_UPSTREAM, size, end);
  return CONTINUE;
}

function tick(root: usize): void {
  if (closeNext == 0) return;
  const acting = actAs(closeNext);
  const closed = acting && closeStream(closeType);
  closeNext = 0;
  say('tick closes ');
  logNumber(closed ? 1 : 0);
  logAlso(' of type ');
  logNumber(closeType);
  said();
}

useContexts(offsetof<ProbeRoot>(), offsetof<Closing>());
on.configure = configure;
on.newConnection = newConnection;
on.downstreamData = downstreamData;
on.upstreamData = upstreamData;
on.tick = tick;

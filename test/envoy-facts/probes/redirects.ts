// Adds bytes for the client where it can. A connection's first line names what to try:
//   boundary…  append `bye\n` behind a server's chunk that ends a line and contains '#'
//   end…       append `farewell\n` when the server's FIN arrives
//   tick…      append from ticks, and say what the host answered
//   parting…   append `parting\n` for the server when the device's FIN arrives
// Without a server's FIN `farewell` is never sent; the probe says what it saw of an end.
export * from '../../../protocol-filters/sdk/exports';
export * from '../../../protocol-filters/sdk/exports-closing';
import { BUFFER_DOWNSTREAM, BUFFER_UPSTREAM, CONTINUE, PAUSE } from '../../../protocol-filters/sdk/constants';
import { indexOf, storeAscii } from '../../../protocol-filters/sdk/bytes';
import { on, Stream, useContexts } from '../../../protocol-filters/sdk/contexts';
import {
  actAs,
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
class Redirected extends Stream {
  /** The first letter of its first line; 0 before. */
  what: u8;
}

const TICK_MS: u32 = 20;
const WORDS: usize = memory.data(32);
/** The stream that ticks act on, or 0. */
let ticking: usize = 0;

function append(type: i32, size: u32, words: string): bool {
  return setBuffer(type, size, 0, WORDS, storeAscii(WORDS, words));
}

function configure(root: usize, size: u32): bool {
  setTickPeriod(TICK_MS);
  return keepText(root, size);
}

function newConnection(stream: usize): i32 {
  return PAUSE;
}

function downstreamData(at: usize, size: u32, end: bool): i32 {
  const stream = changetype<Redirected>(at);
  if (stream.what == 0) {
    if (size == 0 || !getBuffer(BUFFER_DOWNSTREAM, 0, 1)) return PAUSE;
    stream.what = load<u8>(hostData);
    if (stream.what == 116) ticking = at;
    return routeTcp() ? CONTINUE : PAUSE;
  }
  if (end) {
    say('device ends with ');
    logNumber(size);
    said();
    if (stream.what == 112) append(BUFFER_DOWNSTREAM, size, 'parting\n');
  }
  return CONTINUE;
}

function upstreamData(at: usize, size: u32, end: bool): i32 {
  const stream = changetype<Redirected>(at);
  if (end) {
    say('server ends with ');
    logNumber(size);
    said();
    if (stream.what == 101) append(BUFFER_UPSTREAM, size, 'farewell\n');
  }
  if (stream.what == 98 && size > 0 && getBuffer(BUFFER_UPSTREAM, 0, size) && hostSize == size) {
    const wanted = indexOf(hostData, size, 35) < size;
    if (wanted && load<u8>(hostData + size - 1) == 10) append(BUFFER_UPSTREAM, size, 'bye\n');
  }
  return CONTINUE;
}

function tick(root: usize): void {
  if (ticking == 0) return;
  const acting = actAs(changetype<Stream>(ticking).id);
  const upstream = append(BUFFER_UPSTREAM, 0, 'tick\n');
  const downstream = append(BUFFER_DOWNSTREAM, 0, 'tick\n');
  say('tick acts ');
  logNumber(acting ? 1 : 0);
  logAlso(' to client ');
  logNumber(upstream ? 1 : 0);
  logAlso(' to server ');
  logNumber(downstream ? 1 : 0);
  said();
}

function downstreamClose(stream: usize, byPeer: bool): void {
  say(byPeer ? 'device closed' : 'device side closed here');
  said();
}

function upstreamClose(stream: usize, byPeer: bool): void {
  say(byPeer ? 'server closed' : 'server side closed here');
  said();
}

function streamGone(stream: usize): void {
  if (ticking == stream) ticking = 0;
}

useContexts(offsetof<ProbeRoot>(), offsetof<Redirected>());
on.configure = configure;
on.newConnection = newConnection;
on.downstreamData = downstreamData;
on.upstreamData = upstreamData;
on.tick = tick;
on.downstreamClose = downstreamClose;
on.upstreamClose = upstreamClose;
on.streamGone = streamGone;

// Reads a line before anything is decided, and lets the ring choose the server by it. Orders of the configuration:
//   p: Pause from new_connection · c: Continue from new_connection · h: Pause, and never let anything go on
// Says how many bytes it holds, and what it can read of the upstream once that is connected.
export * from '../../../protocol-filters/sdk/exports';
import { BUFFER_DOWNSTREAM, CONTINUE, PAUSE } from '../../../protocol-filters/sdk/constants';
import { indexOf, storeAscii } from '../../../protocol-filters/sdk/bytes';
import { on, Stream, useContexts } from '../../../protocol-filters/sdk/contexts';
import {
  getBuffer,
  getProperty,
  hostData,
  hostSize,
  logAlso,
  logBytes,
  logNumber,
} from '../../../protocol-filters/sdk/host';
import { hashBy, keepText, orderOf, ProbeRoot, rootOf, routeTcp, said, say } from './lib/probe';

@unmanaged
class Reading extends Stream {
  routed: bool;
  answered: bool;
}

const PATH: usize = memory.data(64);
const KEY: usize = memory.data(64);

/** A path whose segments are parted by '.', '|' standing for a dot inside one; false where there is no such property. */
function read(path: string): bool {
  const size = storeAscii(PATH, path);
  for (let i: u32 = 0; i < size; i++) {
    const byte = load<u8>(PATH + i);
    if (byte == 46) store<u8>(PATH + i, 0);
    else if (byte == 124) store<u8>(PATH + i, 46);
  }
  return getProperty(PATH, size);
}

function sayUpstream(): void {
  say('upstream ');
  if (read('upstream.address')) logBytes(hostData, hostSize);
  else logAlso('unknown');
  logAlso(' key ');
  if (read('xds.upstream_host_metadata.filter_metadata.envoy|lb.hash_key')) logBytes(hostData, hostSize);
  else logAlso('unknown');
  said();
}

function newConnection(stream: usize): i32 {
  return orderOf(rootOf(stream)) == 99 ? CONTINUE : PAUSE;
}

function downstreamData(at: usize, size: u32, end: bool): i32 {
  const stream = changetype<Reading>(at);
  if (stream.routed) return CONTINUE;
  say('holds ');
  logNumber(size);
  said();
  if (orderOf(stream.root) == 104 || !getBuffer(BUFFER_DOWNSTREAM, 0, size < 64 ? size : 64)) return PAUSE;
  const length = indexOf(hostData, hostSize, 10);
  if (length == hostSize) return PAUSE;
  memory.copy(KEY, hostData, length);
  sayUpstream();
  if (!hashBy(KEY, length) || !routeTcp()) return PAUSE;
  stream.routed = true;
  return CONTINUE;
}

function upstreamData(at: usize, size: u32, end: bool): i32 {
  const stream = changetype<Reading>(at);
  if (!stream.answered) sayUpstream();
  stream.answered = true;
  return CONTINUE;
}

useContexts(offsetof<ProbeRoot>(), offsetof<Reading>());
on.configure = keepText;
on.newConnection = newConnection;
on.downstreamData = downstreamData;
on.upstreamData = upstreamData;

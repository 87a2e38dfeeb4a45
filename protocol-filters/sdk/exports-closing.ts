// The callbacks of closing TCP connections, for filters that want to know who closed; `on.streamGone` comes without them.
import { contextOf, on } from './contexts';

/** Who closed: 0 unknown, 1 this side, 2 the peer. */
const PEER: u32 = 2;

export function proxy_on_downstream_connection_close(id: u32, who: u32): void {
  const stream = contextOf(id);
  if (stream != 0) on.downstreamClose(stream, who == PEER);
}

export function proxy_on_upstream_connection_close(id: u32, who: u32): void {
  const stream = contextOf(id);
  if (stream != 0) on.upstreamClose(stream, who == PEER);
}

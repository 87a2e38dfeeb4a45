// Tracks the connections of all plugins in the VM. The configuration order 'c' makes the tick of the plugin that got it
// close them all, one a tick, whichever plugin's they are.
export * from '../../../protocol-filters/sdk/exports';
import { CONTINUE, PAUSE, STREAM_DOWNSTREAM } from '../../../protocol-filters/sdk/constants';
import { on, Stream, useContexts } from '../../../protocol-filters/sdk/contexts';
import { actAs, closeStream, setTickPeriod } from '../../../protocol-filters/sdk/host';
import { dropText, keepText, orderOf, ProbeRoot, routeTcp, said, say, sayText } from './lib/probe';

@unmanaged
class Chained extends Stream {
  previous: usize;
  next: usize;
  closing: bool;
}

const TICK_MS: u32 = 20;
let first: usize = 0;

function configure(root: usize, size: u32): bool {
  if (!keepText(root, size)) return false;
  say('accepts ');
  sayText(root);
  said();
  setTickPeriod(orderOf(root) == 99 ? TICK_MS : 0);
  return true;
}

function tick(root: usize): void {
  for (let at = first; at != 0; at = changetype<Chained>(at).next) {
    const stream = changetype<Chained>(at);
    if (stream.closing) continue;
    stream.closing = true;
    if (actAs(stream.id)) closeStream(STREAM_DOWNSTREAM);
    return;
  }
}

function newConnection(at: usize): i32 {
  const stream = changetype<Chained>(at);
  stream.next = first;
  if (first != 0) changetype<Chained>(first).previous = at;
  first = at;
  return PAUSE;
}

function downstreamData(stream: usize, size: u32, end: bool): i32 {
  return routeTcp() ? CONTINUE : PAUSE;
}

function streamGone(at: usize): void {
  const stream = changetype<Chained>(at);
  if (stream.next != 0) changetype<Chained>(stream.next).previous = stream.previous;
  if (stream.previous != 0) changetype<Chained>(stream.previous).next = stream.next;
  else if (first == at) first = stream.next;
}

useContexts(offsetof<ProbeRoot>(), offsetof<Chained>());
on.configure = configure;
on.tick = tick;
on.rootGone = dropText;
on.newConnection = newConnection;
on.downstreamData = downstreamData;
on.streamGone = streamGone;

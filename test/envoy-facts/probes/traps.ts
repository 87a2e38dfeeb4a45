// Traps when a connection's bytes begin with '!'; says otherwise which VM serves it.
export * from '../../../protocol-filters/sdk/exports';
import { BUFFER_DOWNSTREAM, CONTINUE, PAUSE } from '../../../protocol-filters/sdk/constants';
import { on, Stream, useContexts } from '../../../protocol-filters/sdk/contexts';
import { getBuffer, hostData, hostSize, logBytes } from '../../../protocol-filters/sdk/host';
import { keepText, ProbeRoot, routeTcp, said, say, sayText } from './lib/probe';

function configure(root: usize, size: u32): bool {
  if (!keepText(root, size)) return false;
  say('accepts ');
  sayText(root);
  said();
  return true;
}

function newConnection(stream: usize): i32 {
  return PAUSE;
}

function downstreamData(stream: usize, size: u32, end: bool): i32 {
  if (size == 0) return CONTINUE;
  if (!getBuffer(BUFFER_DOWNSTREAM, 0, size < 64 ? size : 64)) return PAUSE;
  if (load<u8>(hostData) == 33) unreachable();
  say('serves ');
  logBytes(hostData, hostSize);
  said();
  return routeTcp() ? CONTINUE : PAUSE;
}

useContexts(offsetof<ProbeRoot>(), offsetof<Stream>());
on.configure = configure;
on.newConnection = newConnection;
on.downstreamData = downstreamData;

// Ends WebSockets: by a Close frame (1012) behind a server's message that contains '#', and, where the configuration's
// order is 't', by a reset from the tick after the first frame of a device.
export * from '../../../protocol-filters/sdk/exports';
import { BUFFER_RESPONSE_BODY, CONTINUE, STREAM_REQUEST } from '../../../protocol-filters/sdk/constants';
import { indexOf } from '../../../protocol-filters/sdk/bytes';
import { on, Stream, useContexts } from '../../../protocol-filters/sdk/contexts';
import {
  actAs,
  closeStream,
  getBuffer,
  hostData,
  hostSize,
  setBuffer,
  setTickPeriod,
} from '../../../protocol-filters/sdk/host';
import { keepText, orderOf, ProbeRoot, rootOf, routeHttp } from './lib/probe';

const TICK_MS: u32 = 20;
let closeNext: u32 = 0;

/** RFC 6455, 5.5.1: FIN and opcode 8, two bytes unmasked, code 1012 (service restart). */
const FRAME: usize = memory.data<u8>([0x88, 0x02, 0x03, 0xf4]);

function configure(root: usize, size: u32): bool {
  setTickPeriod(TICK_MS);
  return keepText(root, size);
}

function requestHeaders(stream: usize, count: u32, end: bool): i32 {
  routeHttp();
  return CONTINUE;
}

function requestBody(stream: usize, size: u32, end: bool): i32 {
  // Without a byte it is called for the upgrade request, too.
  if (size > 0 && orderOf(rootOf(stream)) == 116) closeNext = changetype<Stream>(stream).id;
  return CONTINUE;
}

function responseBody(stream: usize, size: u32, end: bool): i32 {
  if (size == 0 || !getBuffer(BUFFER_RESPONSE_BODY, 0, size)) return CONTINUE;
  if (indexOf(hostData, hostSize, 35) < hostSize) setBuffer(BUFFER_RESPONSE_BODY, size, 0, FRAME, 4);
  return CONTINUE;
}

function tick(root: usize): void {
  if (closeNext == 0) return;
  if (actAs(closeNext)) closeStream(STREAM_REQUEST);
  closeNext = 0;
}

useContexts(offsetof<ProbeRoot>(), offsetof<Stream>());
on.configure = configure;
on.requestHeaders = requestHeaders;
on.requestBody = requestBody;
on.responseBody = responseBody;
on.tick = tick;

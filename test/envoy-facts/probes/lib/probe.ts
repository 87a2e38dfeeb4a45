// What the probes of this folder have in common: a plugin configuration that is a line of text whose first letter is an
// order, log lines that say which VM speaks, and the way to the upstream.
import {
  BUFFER_PLUGIN_CONFIGURATION,
  HEADERS_REQUEST,
  LOG_WARN,
  SPAN_CONNECTION,
} from '../../../../protocol-filters/sdk/constants';
import { storeAscii } from '../../../../protocol-filters/sdk/bytes';
import { Root, Stream } from '../../../../protocol-filters/sdk/contexts';
import {
  getBuffer,
  hostData,
  hostSize,
  logAlso,
  logBytes,
  logNumber,
  logSend,
  logText,
  replaceHeader,
  setFilterState,
} from '../../../../protocol-filters/sdk/host';
import { allocate, release } from '../../../../protocol-filters/sdk/memory';
import { identifyVm, vmNumber } from '../../../../protocol-filters/filter/vm-identity';

/** A root that remembers the text it was configured with; longer ones are cut. */
@unmanaged
export class ProbeRoot extends Root {
  text: usize;
  textSize: u32;
}

const LONGEST_TEXT: u32 = 64;

/** Keeps the configuration's text; call it first in `on.configure`. */
export function keepText(at: usize, size: u32): bool {
  identifyVm();
  const root = changetype<ProbeRoot>(at);
  if (root.text == 0) root.text = allocate(LONGEST_TEXT);
  if (root.text == 0 || !getBuffer(BUFFER_PLUGIN_CONFIGURATION, 0, size) || hostSize == 0) return false;
  root.textSize = hostSize < LONGEST_TEXT ? hostSize : LONGEST_TEXT;
  memory.copy(root.text, hostData, root.textSize);
  return true;
}

/** Gives back what `keepText` took; for `on.rootGone`. */
export function dropText(at: usize): void {
  release(changetype<ProbeRoot>(at).text, LONGEST_TEXT);
}

/** The first letter of the configuration's text. */
export function orderOf(at: usize): u8 {
  const root = changetype<ProbeRoot>(at);
  return root.textSize == 0 ? 0 : load<u8>(root.text);
}

export function rootOf(stream: usize): usize {
  return changetype<Stream>(stream).root;
}

/** Starts the log line `vm <number> <text>`. */
export function say(text: string): void {
  logText('vm ');
  logNumber(vmNumber);
  logAlso(' ');
  logAlso(text);
}

/** Adds the text that a root was configured with. */
export function sayText(at: usize): void {
  const root = changetype<ProbeRoot>(at);
  logBytes(root.text, root.textSize);
}

/** Sends the line, at a level that Envoy prints by default. */
export function said(): void {
  logSend(LOG_WARN);
}

const STATE_CLUSTER: usize = memory.data(32);
const stateClusterSize: u32 = storeAscii(STATE_CLUSTER, 'envoy.tcp_proxy.cluster');
const STATE_HASH: usize = memory.data(32);
const stateHashSize: u32 = storeAscii(STATE_HASH, 'envoy.hashable_string');
const CLUSTER: usize = memory.data(16);
const clusterSize: u32 = storeAscii(CLUSTER, 'servers_tcp');
const HEADER_CLUSTER: usize = memory.data(32);
const headerClusterSize: u32 = storeAscii(HEADER_CLUSTER, 'x-cohort-cluster');
const WEBSOCKET_CLUSTER: usize = memory.data(32);
const websocketClusterSize: u32 = storeAscii(WEBSOCKET_CLUSTER, 'servers_websocket');

/** Lets `tcp_proxy` connect to a server of the probe's cluster. */
export function routeTcp(): bool {
  return setFilterState(STATE_CLUSTER, stateClusterSize, CLUSTER, clusterSize, SPAN_CONNECTION);
}

/** Lets the ring choose by this key. */
export function hashBy(key: usize, keySize: u32): bool {
  return setFilterState(STATE_HASH, stateHashSize, key, keySize, SPAN_CONNECTION);
}

/** The same for an upgrade request. */
export function routeHttp(): bool {
  return replaceHeader(
    HEADERS_REQUEST,
    HEADER_CLUSTER,
    headerClusterSize,
    WEBSOCKET_CLUSTER,
    websocketClusterSize,
  );
}

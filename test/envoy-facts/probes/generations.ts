// Says what happens to configurations, VMs and globals. Orders of a configuration's text:
//   b: refuse it · w<number>: refuse it in the VM of that number alone · s: stop ticking once another configuration came
//   d: write the text to shared data · x: write the text to shared data and refuse it · any other letter: accept it
export * from '../../../protocol-filters/sdk/exports';
import { BUFFER_DOWNSTREAM, CONTINUE, METRIC_COUNTER, PAUSE } from '../../../protocol-filters/sdk/constants';
import { equal, storeAscii, storeDecimal } from '../../../protocol-filters/sdk/bytes';
import { on, Stream, useContexts } from '../../../protocol-filters/sdk/contexts';
import {
  defineMetric,
  getBuffer,
  getShared,
  hostData,
  hostSize,
  incrementMetric,
  logAlso,
  logBytes,
  logNumber,
  sendLocalResponse,
  setShared,
  setTickPeriod,
} from '../../../protocol-filters/sdk/host';
import { vmNumber } from '../../../protocol-filters/filter/vm-identity';
import { dropText, keepText, orderOf, ProbeRoot, routeTcp, said, say, sayText } from './lib/probe';

@unmanaged
class CountingRoot extends ProbeRoot {
  /** Counter of this configuration's ticks, in all VMs: `ticks.<text>`. */
  ticks: u32;
}

@unmanaged
class CountingStream extends Stream {
  chunks: u32;
}

const TICK_MS: u32 = 20;
const WORD_KEY: usize = memory.data(8);
const wordKeySize: u32 = storeAscii(WORD_KEY, 'word');
const WORD: usize = memory.data(64);
let wordSize: u32 = 0;
const TEXT: usize = memory.data(128);

/** Global: whatever shares this VM shares it. */
let visits: u32 = 0;
let latest: usize = 0;

/** The decimal number behind the text's first letter. */
function numberIn(root: ProbeRoot): u32 {
  let number: u32 = 0;
  for (let i: u32 = 1; i < root.textSize; i++) number = number * 10 + load<u8>(root.text + i) - 48;
  return number;
}

function configure(at: usize, size: u32): bool {
  if (!keepText(at, size)) return false;
  const root = changetype<CountingRoot>(at);
  const order = orderOf(at);
  if (order == 100 || order == 120) setShared(WORD_KEY, wordKeySize, root.text, root.textSize, 0);
  const accepted = order != 98 && order != 120 && !(order == 119 && numberIn(root) == vmNumber);
  say(accepted ? 'accepts ' : 'refuses ');
  sayText(at);
  said();
  if (!accepted) return false;
  const prefix = storeAscii(TEXT, 'ticks.');
  memory.copy(TEXT + prefix, root.text, root.textSize);
  root.ticks = defineMetric(METRIC_COUNTER, TEXT, prefix + root.textSize);
  latest = at;
  setTickPeriod(TICK_MS);
  return true;
}

function tick(at: usize): void {
  incrementMetric(changetype<CountingRoot>(at).ticks, 1);
  if (at != latest && orderOf(at) == 115) setTickPeriod(0);
  if (!getShared(WORD_KEY, wordKeySize) || equal(hostData, hostSize, WORD, wordSize)) return;
  wordSize = hostSize < 64 ? hostSize : 64;
  memory.copy(WORD, hostData, wordSize);
  say('reads ');
  logBytes(WORD, wordSize);
  said();
}

function newConnection(stream: usize): i32 {
  visits++;
  return PAUSE;
}

/** Logs every chunk: which VM, how many visits that VM had, how many chunks this connection, under which text. */
function downstreamData(at: usize, size: u32, end: bool): i32 {
  const stream = changetype<CountingStream>(at);
  if (size == 0) return CONTINUE;
  if (stream.chunks++ == 0 && !routeTcp()) return PAUSE;
  const name = getBuffer(BUFFER_DOWNSTREAM, 0, size < 64 ? size : 64);
  say('sees ');
  if (name) logBytes(hostData, hostSize);
  logAlso(' visits ');
  logNumber(visits);
  logAlso(' chunk ');
  logNumber(stream.chunks);
  logAlso(' under ');
  sayText(stream.root);
  said();
  return CONTINUE;
}

/** Answers a request with `vm <number> visits <number>`. */
function requestHeaders(stream: usize, count: u32, end: bool): i32 {
  visits++;
  let size = storeAscii(TEXT, 'vm ');
  size += storeDecimal(TEXT + size, vmNumber);
  size += storeAscii(TEXT + size, ' visits ');
  size += storeDecimal(TEXT + size, visits);
  sendLocalResponse(200, TEXT, size);
  return PAUSE;
}

function rootGone(at: usize): void {
  say('loses root ');
  sayText(at);
  said();
  if (latest == at) latest = 0;
  dropText(at);
}

useContexts(offsetof<CountingRoot>(), offsetof<CountingStream>());
on.configure = configure;
on.tick = tick;
on.rootGone = rootGone;
on.newConnection = newConnection;
on.downstreamData = downstreamData;
on.requestHeaders = requestHeaders;

// Root and stream contexts: their state as flat structs, and the functions that a filter gives for their callbacks.
//
// A filter extends `Root` and `Stream` with fields of its own, says how large they are (`useContexts`) and assigns the
// callbacks it wants in `on`. State is zeroed when the host creates the context and freed when it deletes it.
import { allocateZeroed, release } from './memory';
import { idDelete, idGet, idSet } from './id-map';
import { CONTINUE } from './constants';

/** One configuration of one plugin: Envoy makes a new root context for every push that differs. */
@unmanaged
export class Root {
  id: u32;
  /** 0 for a root; the root's address for a stream. */
  parent: usize;
}

/** One TCP connection or one HTTP request. */
@unmanaged
export class Stream {
  id: u32;
  /** The address of its root. */
  root: usize;
}

let rootSize: u32 = offsetof<Root>();
let streamSize: u32 = offsetof<Stream>();

/** Sizes of the filter's own classes: `offsetof<MyRoot>()`, `offsetof<MyStream>()`. */
export function useContexts(rootBytes: u32, streamBytes: u32): void {
  rootSize = rootBytes;
  streamSize = streamBytes;
}

function configured(root: usize, size: u32): bool {
  return true;
}
function nothing(context: usize): void {}
function proceed(stream: usize): i32 {
  return CONTINUE;
}
function proceedData(stream: usize, size: u32, end: bool): i32 {
  return CONTINUE;
}
function ignoreClose(stream: usize, byPeer: bool): void {}
function ignoreAnswer(root: usize, token: u32, status: u32, size: u32): void {}

/** The callbacks. What the host calls for an unknown context (there was no memory for it) is answered by Continue: with
 * no routing decision made, the connection finds no cluster and is refused. */
export namespace on {
  export let configure: (root: usize, size: u32) => bool = configured;
  export let tick: (root: usize) => void = nothing;
  export let rootGone: (root: usize) => void = nothing;
  export let newConnection: (stream: usize) => i32 = proceed;
  export let downstreamData: (stream: usize, size: u32, end: bool) => i32 = proceedData;
  export let upstreamData: (stream: usize, size: u32, end: bool) => i32 = proceedData;
  export let downstreamClose: (stream: usize, byPeer: bool) => void = ignoreClose;
  export let upstreamClose: (stream: usize, byPeer: bool) => void = ignoreClose;
  export let requestHeaders: (stream: usize, count: u32, end: bool) => i32 = proceedData;
  export let requestBody: (stream: usize, size: u32, end: bool) => i32 = proceedData;
  export let responseHeaders: (stream: usize, count: u32, end: bool) => i32 = proceedData;
  export let responseBody: (stream: usize, size: u32, end: bool) => i32 = proceedData;
  export let streamGone: (stream: usize) => void = nothing;
  /** Status 0: a message of `size` bytes is in BUFFER_GRPC_MESSAGE. Otherwise the gRPC status of the failure. */
  export let grpcAnswer: (root: usize, token: u32, status: u32, size: u32) => void = ignoreAnswer;
}

/** The state of a context that the host names, or 0. */
export function contextOf(id: u32): usize {
  return idGet(id);
}

export function createContext(id: u32, parentId: u32): void {
  let parent: usize = 0;
  if (parentId != 0) {
    parent = idGet(parentId);
    if (parent == 0) return;
  }
  const size = parentId == 0 ? rootSize : streamSize;
  const state = allocateZeroed(size);
  if (state == 0) return;
  changetype<Stream>(state).id = id;
  changetype<Stream>(state).root = parent;
  if (!idSet(id, state)) release(state, size);
}

export function deleteContext(id: u32): void {
  const state = idGet(id);
  if (state == 0) return;
  const isRoot = changetype<Stream>(state).root == 0;
  if (isRoot) on.rootGone(state);
  else on.streamGone(state);
  idDelete(id);
  release(state, isRoot ? rootSize : streamSize);
}

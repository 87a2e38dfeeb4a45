/** What parts of a listener's settings ask of each other. */
import { declaredBytes } from './protocols.ts';
import { answersAlone, ownersOf } from './source.ts';
import type { ListenerParts } from './listener.ts';

/** What is wrong, and where. */
export function* listenerProblems(listener: ListenerParts): Generator<[path: string, problem: string]> {
  const { protocol, inner, jsonRpc, declared, custom, redirect, serverFirst, sources, greeter } = listener;
  const inWebSocket = protocol === 'WEBSOCKET';
  const spoken = inWebSocket ? inner : protocol;
  if (inner !== undefined && !inWebSocket) yield ['inner', 'is for WEBSOCKET'];
  if (jsonRpc !== undefined && spoken !== 'JSON_RPC') yield ['jsonRpc', 'is for JSON_RPC'];
  if (custom !== undefined && spoken !== 'CUSTOM') yield ['custom', 'is for CUSTOM'];
  if ((declared !== undefined) !== (spoken === 'DECLARED')) {
    yield ['declared', declared === undefined ? 'must say what DECLARED is' : 'is for DECLARED'];
  }
  if (declared !== undefined) yield* declaredProblems(declared, inWebSocket);
  if (redirect?.closeCode !== undefined && !inWebSocket) yield ['redirect', 'closeCode is for WEBSOCKET'];
  if (redirect?.permanent !== undefined && spoken !== 'MQTT') yield ['redirect', 'permanent is for MQTT'];
  if (greeter !== undefined) yield* greeterProblems(listener);
  if (serverFirst !== true) return;
  if (inWebSocket) yield ['serverFirst', 'is not for WEBSOCKET: the upgrade comes first'];
  if (!sources.some(answersAlone)) {
    yield ['serverFirst', 'needs a source that does not look at what the device sends'];
  }
}

/** A greeter reads what speaks inside a WebSocket, and is asked only where nothing else answers. */
function* greeterProblems({
  protocol,
  inner,
  sources,
}: ListenerParts): Generator<[path: string, problem: string]> {
  if (protocol !== 'WEBSOCKET' || inner === undefined)
    yield ['greeter', 'is for WEBSOCKET with something inside'];
  else if (!sources.some(({ field }) => ownersOf(field)?.includes(inner))) {
    yield ['greeter', 'needs a source that looks into the first message'];
  }
}

function* declaredProblems(
  { framing, redirect, goodbye }: NonNullable<ListenerParts['declared']>,
  inWebSocket: boolean,
): Generator<[path: string, problem: string]> {
  if (framing.kind === 'WHOLE' && !inWebSocket) yield ['declared', 'framing WHOLE is for WEBSOCKET'];
  const most =
    framing.kind === 'FIXED_SIZE'
      ? framing.fixedSize
      : framing.kind === 'LENGTH_PREFIX'
        ? mostOf(framing)
        : Infinity;
  for (const [name, message] of Object.entries({ redirect, goodbye })) {
    if (message !== undefined && declaredBytes(message).length > most) {
      yield ['declared', `${name} is longer than a message may be`];
    }
  }
}

function mostOf({
  prefixBytes,
  countsItself,
  longest,
}: {
  prefixBytes: number;
  countsItself?: boolean | undefined;
  longest?: number | undefined;
}): number {
  const most = Math.min(256 ** prefixBytes - 1, longest ?? Infinity);
  return countsItself === true || longest !== undefined ? most - prefixBytes : most;
}

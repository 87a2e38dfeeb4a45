/**
 * A script: what happens to one simulated proxy, event by event. Any sub-list of a script is a script too (what does not
 * apply any more is skipped), which is what shrinking lives on.
 */
import type { Pairs } from '../host/index.ts';

export type Event =
  /** A device connects to a TCP listener. Connections of one group get the same bytes, in other chunks. */
  | { do: 'connect'; c: number; listener: string; worker: number; group?: number; properties?: Pairs }
  /** A device asks for an upgrade on a WebSocket listener. */
  | { do: 'request'; c: number; listener: string; worker: number; headers: Pairs; properties?: Pairs }
  /** Bytes of the device's, in pieces of `each` bytes (all at once without it), with its FIN if `end`. */
  | { do: 'send'; c: number; bytes: Uint8Array; each?: number; end?: boolean }
  /** The device's RST. */
  | { do: 'reset'; c: number }
  /** A server accepts: by its index; -1 is the one that the hash key names, -2 one whose metadata names no server. */
  | { do: 'accept'; c: number; server: number }
  /** No server can be reached. */
  | { do: 'unreachable'; c: number }
  /** The server's answer to an upgrade request. */
  | { do: 'respond'; c: number; status: number }
  /** Bytes of the server's, likewise. */
  | { do: 'reply'; c: number; bytes: Uint8Array; each?: number; end?: boolean }
  /** The server's RST. */
  | { do: 'abort'; c: number }
  | { do: 'wait'; ms: number }
  /** All connections are closed and reported: the end of a batch. */
  | { do: 'drain' }
  /** What becomes of the next reports: answered, failed, left without an answer. */
  | { do: 'reports'; fate: 'answered' | 'failed' | 'unanswered' }
  /** An answer to a call that was never made. */
  | { do: 'stray'; worker: number; token: number; status: number }
  /** An assignment is pushed; `step` 1 or more is newer than the one in force, 0 the same, below it older. */
  | { do: 'assign'; step: number; table: number }
  /** A TCP or WebSocket listener's settings are pushed with this time-out. */
  | { do: 'settings'; listener: string; timeoutMs: number }
  /** Bytes that are no configuration are pushed to a plugin. */
  | { do: 'nonsense'; plugin: string; bytes: Uint8Array };

/** A script with the seed of the world that it runs in. */
export interface Script {
  /** Decides workers, servers, tables: see `world.ts`. */
  world: number;
  events: Event[];
}

export function scriptToJson({ world, events }: Script): string {
  const lines = events.map((event) =>
    JSON.stringify(event, (_key, value: unknown) =>
      isSerializedBuffer(value) ? { hex: Buffer.from(value.data).toString('hex') } : value,
    ),
  );
  return `{"world": ${world}, "events": [\n${lines.join(',\n')}\n]}\n`;
}

/** @throws SyntaxError where the text is no JSON */
export function scriptFromJson(text: string): Script {
  return JSON.parse(text, (_key, value: unknown) =>
    isHex(value) ? Buffer.from(value.hex, 'hex') : value,
  ) as Script;
}

/** What `Buffer.toJSON` makes before a replacer sees it. */
function isSerializedBuffer(value: unknown): value is { data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
}

function isHex(value: unknown): value is { hex: string } {
  return typeof value === 'object' && value !== null && 'hex' in value && typeof value.hex === 'string';
}

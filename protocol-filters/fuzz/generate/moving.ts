/** Sessions of devices that have to move: a first message that names somebody, then talk both ways. */
import type { Pairs } from '../../host/index.ts';
import { DOMAIN, NAME, type ListenerKind } from '../listeners.ts';
import { tcpVerdict } from '../oracle/framed.ts';
import type { Random } from '../random.ts';
import { connectByLibrary } from './connect.ts';
import { frame, framedFirst, framedReplies } from './framed.ts';
import { cut, mutate, type Part } from './mutate.ts';
import { deviceFrames, serverBytes, serverFrames } from './server.ts';

/** What Envoy has verified of these devices. */
const NOTHING = new Map<string, Uint8Array>();

export interface Act {
  readonly do: 'send' | 'reply';
  readonly bytes: Buffer;
  readonly end?: boolean;
}

/** Parts, and each piece of a part, as acts. */
function acts(what: Act['do'], parts: readonly Part[]): Act[] {
  return parts.flatMap(({ bytes, each }) => {
    if (each === undefined) return [{ do: what, bytes }];
    const pieces: Act[] = [];
    for (let at = 0; at < bytes.length; at += each)
      pieces.push({ do: what, bytes: bytes.subarray(at, at + each) });
    return pieces;
  });
}

function pieces(random: Random, bytes: Buffer): Part[] {
  const how = random.pick(['whole', 'whole', 'random', 'single'] as const);
  return cut(random, bytes, how === 'single' && bytes.length > 400 ? 'random' : how);
}

/** Several chunks, mostly of whole messages. */
function stream(random: Random, what: Act['do'], one: () => Buffer): Act[] {
  return Array.from({ length: random.below(12) }, () => acts(what, pieces(random, one()))).flat();
}

/** Both sides in their order, between them in any; some end. */
function talk(random: Random, device: Act[], server: Act[]): Act[] {
  const all: Act[] = [];
  let [d, s] = [0, 0];
  while (d < device.length || s < server.length) {
    const one = random.once(2) ? device[d++] : server[s++];
    if (one !== undefined) all.push(one);
  }
  const nothing = Buffer.alloc(0);
  if (random.once(3)) all.push({ do: 'reply', bytes: nothing, end: true });
  if (random.once(3)) all.push({ do: 'send', bytes: nothing, end: true });
  return all;
}

function upgrade(random: Random): Pairs {
  const path = `/org-${random.below(9)}/org-1/x/org-2`;
  return [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':authority', `org-1.${DOMAIN}`],
    [':path', `${path}?${NAME}=org-1`],
    ['upgrade', 'websocket'],
    ['connection', 'Upgrade'],
    ['sec-websocket-protocol', 'mqtt'],
    [`x-${NAME}`, 'org-1'],
  ];
}

function inside(random: Random, { inner, framing }: ListenerKind): Buffer {
  if (inner === undefined) return random.bytes(random.size(300));
  if (inner === 'MQTT') return random.once(2) ? connectByLibrary(random) : serverBytes(random);
  return frame(framing ?? { kind: 'WHOLE' }, random.bytes(random.size(300)));
}

function someFirst(random: Random, kind: ListenerKind): Buffer {
  if (kind.protocol !== 'MQTT') return framedFirst(random, kind);
  const packet = connectByLibrary(random);
  return random.once(9) ? mutate(random, packet, packet) : packet;
}

/** A first message that is good, mostly. */
function first(random: Random, kind: ListenerKind): Buffer {
  let bytes = someFirst(random, kind);
  for (let i = 0; i < 12 && tcpVerdict(kind, bytes, false, NOTHING).kind !== 'organization'; i++)
    bytes = someFirst(random, kind);
  return bytes;
}

export function movingSession(random: Random, kind: ListenerKind): { headers?: Pairs; acts: Act[] } {
  if (kind.protocol === 'WEBSOCKET') {
    const one = (): Buffer => inside(random, kind);
    const closing = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 3, 0xe8]);
    const device = stream(random, 'send', () => deviceFrames(random, one));
    const server = stream(random, 'reply', () => serverFrames(random, one));
    return {
      headers: upgrade(random),
      acts: [...talk(random, device, server), { do: 'send', bytes: closing }],
    };
  }
  const says = (): Buffer => (kind.protocol === 'MQTT' ? serverBytes(random) : framedReplies(random, kind));
  const device = stream(random, 'send', says);
  const server = stream(random, 'reply', says);
  return { acts: [...acts('send', pieces(random, first(random, kind))), ...talk(random, device, server)] };
}

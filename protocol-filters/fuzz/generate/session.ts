/** What a device does from its connect to its end: sessions of every kind, as queues of events. */
import type { Pairs } from '../../host/index.ts';
import type { ListenerKind } from '../listeners.ts';
import { identities } from './identities.ts';
import type { Random } from '../random.ts';
import type { Event } from '../events.ts';
import { connectByHand, connectByLibrary } from './connect.ts';
import { framedFirst, framedReplies } from './framed.ts';
import { cut, mutate, type Part } from './mutate.ts';
import { deviceFrames, serverBytes, serverFrames } from './server.ts';
import { upgradeHeaders } from './upgrade.ts';

/** Longer ones are not sent byte by byte too often. */
const SINGLE_BYTES = 600;

/** One connection's events, in their order; connections run side by side. */
export type Queue = Event[];

/** The next connection's number. */
export type Numbers = () => number;

function connectPacket(random: Random): Buffer {
  return random.once(2) ? connectByHand(random) : connectByLibrary(random);
}

/** The first bytes of a device. */
function firstBytes(random: Random, listener: ListenerKind): Buffer {
  if (listener.protocol !== 'MQTT') return framedFirst(random, listener);
  const kind = random.weighted({ valid: 6, mutated: 8, random: 1, large: 1 });
  const packet = connectPacket(random);
  if (kind === 'valid') return packet;
  if (kind === 'random')
    return Buffer.concat([Buffer.from(random.once(2) ? [0x10] : []), random.bytes(random.size(3000))]);
  if (kind === 'mutated') return mutate(random, packet, connectPacket(random));
  // About the longest that is allowed, in one field.
  const size = random.pick([65535, 65536, 65537, 65536 + 20, 60_000]);
  const filler = Buffer.alloc(size, packet);
  return random.once(2)
    ? filler
    : mutate(random, Buffer.concat([packet.subarray(0, 1), Buffer.from('fcff03', 'hex'), filler]), packet);
}

function pieces(random: Random, bytes: Buffer): Part[] {
  const how = random.pick(['whole', 'random', 'random', 'single'] as const);
  return cut(random, bytes, how === 'single' && bytes.length > SINGLE_BYTES ? 'random' : how);
}

/** A conversation after the first message, both ways, and how it ends. */
function conversation(
  random: Random,
  c: number,
  more: readonly Part[],
  server: (random: Random) => Buffer = serverBytes,
): Event[] {
  const events: Event[] = more.map((part): Event => ({ do: 'send', c, ...part }));
  for (let i = random.below(4); i > 0; i--) {
    events.push(...pieces(random, server(random)).map((part): Event => ({ do: 'reply', c, ...part })));
  }
  // Each side's bytes keep their order; between the sides there is none.
  for (let i = events.length - 1; i > 0; i--) {
    const [a, b] = [events[i - 1] as Event, events[i] as Event];
    if (a.do !== b.do && random.once(2)) [events[i - 1], events[i]] = [b, a];
  }
  return events;
}

function ending(random: Random, c: number): Event[] {
  const nothing = Buffer.alloc(0);
  const events: readonly Event[] = [
    { do: 'send', c, bytes: nothing, end: true },
    { do: 'reply', c, bytes: nothing, end: true },
    { do: 'reset', c },
    { do: 'abort', c },
    { do: 'send', c, bytes: Buffer.from('bye'), end: true },
    { do: 'reply', c, bytes: Buffer.from([0xe0, 0]), end: true },
  ];
  // Some are left open.
  return Array.from({ length: random.below(4) }, () => random.pick(events));
}

function accepted(random: Random, c: number): Event {
  if (random.once(20)) return { do: 'unreachable', c };
  const server = random.pick([-1, -1, -1, -1, -1, -1, -2, 0, 1]);
  return { do: 'accept', c, server };
}

/** Only listeners that look for identities get some. */
function identitiesFor(random: Random, listener: string): { properties?: Pairs } {
  return listener.endsWith('_identity') ? { properties: identities(random) } : {};
}

/** What the server says, as its protocol has it. */
function repliesOf(kind: ListenerKind): (random: Random) => Buffer {
  return kind.protocol === 'MQTT' ? serverBytes : (random) => framedReplies(random, kind);
}

/** A device, or three with the same bytes in other chunks. */
export function tcpSession(random: Random, numbers: Numbers, group: number, kind: ListenerKind): Queue[] {
  const { name: listener } = kind;
  const worker = random.below(2);
  const properties = identitiesFor(random, listener);
  const first = firstBytes(random, kind);
  // Packets that follow at once; some come in one chunk with the CONNECT.
  const behind = random.once(3) ? repliesOf(kind)(random) : Buffer.alloc(0);
  const bytes = Buffer.concat([first, behind]);
  const endsEarly = random.once(5);
  const hows = (['whole', 'random', 'single'] as const).filter(
    (how) => how !== 'single' || bytes.length <= (random.once(20) ? 5000 : SINGLE_BYTES),
  );
  const variants = random.once(2) ? hows : [random.pick(hows)];
  const more = random.once(2) ? pieces(random, random.bytes(random.size(500))) : [];
  return variants.map((how): Queue => {
    const c = numbers();
    const parts = cut(random, bytes, how);
    const queue: Queue = [{ do: 'connect', c, listener, worker, group, ...properties }];
    parts.forEach((part, i) => {
      const end = endsEarly && i === parts.length - 1;
      queue.push({ do: 'send', c, ...part, ...(end ? { end } : {}) });
    });
    const rest = [accepted(random, c), ...conversation(random, c, endsEarly ? [] : more, repliesOf(kind))];
    if (random.once(8)) rest.length = random.below(rest.length);
    return [...queue, ...rest, ...ending(random, c)];
  });
}

/** A device that says nothing, or not enough. */
export function silentSession(random: Random, numbers: Numbers, kind: ListenerKind): Queue[] {
  const c = numbers();
  const { name: listener } = kind;
  const packet = firstBytes(random, kind);
  const part = packet.subarray(0, random.below(packet.length));
  const queue: Queue = [{ do: 'connect', c, listener, worker: random.below(2) }];
  queue.push(...pieces(random, part).map((one): Event => ({ do: 'send', c, ...one })));
  return [random.once(3) ? [...queue, ...ending(random, c)] : queue];
}

/** What speaks inside. */
function insideWebSocket(random: Random, { inner, framing }: ListenerKind): Buffer {
  if (inner === undefined) return random.bytes(random.size(random.once(50) ? 70_000 : 400));
  if (inner === 'MQTT') return random.once(2) ? connectPacket(random) : serverBytes(random);
  const protocol = inner;
  return framedFirst(random, { ...INSIDE, protocol, framing: framing ?? { kind: 'WHOLE' } });
}

/** Of a listener inside: all but its protocol and framing. */
const INSIDE = {
  name: 'inside',
  timeoutMs: 0,
  sources: [{ field: 'DELIMITED', delimiter: ';', index: 1 }],
} as const;

export function webSocketSession(random: Random, numbers: Numbers, kind: ListenerKind): Queue[] {
  const c = numbers();
  const { name: listener } = kind;
  const headers = upgradeHeaders(random, random.once(2));
  const inside = (): Buffer => insideWebSocket(random, kind);
  const queue: Queue = [
    { do: 'request', c, listener, worker: random.below(2), headers, ...identitiesFor(random, listener) },
  ];
  if (random.once(10)) queue.push({ do: 'send', c, bytes: random.bytes(random.size(100)) });
  if (random.once(20)) queue.push({ do: 'unreachable', c });
  queue.push({ do: 'respond', c, status: random.pick([101, 101, 101, 101, 200, 301, 403, 500]) });
  const said = random.once(3) ? random.bytes(random.size(500)) : deviceFrames(random, inside);
  const more = random.once(4) ? [] : pieces(random, said);
  const server = (): Buffer => serverFrames(random, inside);
  return [[...queue, ...conversation(random, c, more, server), ...ending(random, c)]];
}

/** Plugin configurations with something wrong in them: fields of other types, lengths, orders, values. */
import { NO_SERVER, SLOTS } from '../../wire/index.ts';
import type { Random } from '../random.ts';
import { variable } from './connect.ts';

type Part = Buffer;

function tagged(number: number, type: number, rest: Uint8Array): Part {
  return Buffer.concat([variable(number * 8 + type), rest]);
}

const SMALL = [0, 1, 2, 16, 1024, 1025, 65536];

function someNumber(random: Random): Buffer {
  if (random.once(6))
    return Buffer.from(
      random.pick(['ffffffffffffffffff01', 'ffffffff0f', 'ffffffffffffffffff7f', '8000']),
      'hex',
    );
  return variable(random.pick(SMALL));
}

function someBytes(random: Random, number: number, bytes: Uint8Array): Part {
  const length = random.once(25)
    ? random.pick([0, 1, bytes.length + 1, 0xffffffff, bytes.length * 2])
    : bytes.length;
  return tagged(number, 2, Buffer.concat([variable(length), bytes]));
}

/** A number field, now and then of a type that it does not have. */
function someField(random: Random, number: number): Part {
  const kind = random.below(12);
  if (kind === 0) return tagged(number, 5, random.bytes(4));
  if (kind === 1) return tagged(number, 1, random.bytes(8));
  if (kind === 2) return someBytes(random, number, random.bytes(random.below(9)));
  if (kind === 3) return tagged(number, random.below(8), random.bytes(random.below(9)));
  return tagged(number, 0, someNumber(random));
}

/** Parts in order or not, one left out or twice. */
function message(random: Random, parts: Part[]): Buffer {
  const all = [...parts];
  if (random.once(3) && all.length > 0) all.splice(random.below(all.length), 1);
  if (random.once(4) && all.length > 0) all.push(random.pick(all));
  if (random.once(4))
    all.push(someField(random, random.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 99, 0x1fffffff])));
  if (random.once(4)) all.sort(() => random.below(3) - 1);
  const bytes = Buffer.concat(all);
  return random.once(12) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
}

/** Numbers, packed or each by itself. */
function numbers(random: Random, number: number, values: readonly number[]): Part[] {
  const all = values.map((value) => (random.once(60) ? someNumber(random) : variable(value)));
  if (random.once(4)) return all.map((one) => tagged(number, 0, one));
  const bytes = Buffer.concat(all);
  return [someBytes(random, number, random.once(40) ? bytes.subarray(0, -1) : bytes)];
}

function name(random: Random, longest: number): Buffer {
  return Buffer.alloc(random.once(12) ? random.pick([0, longest, longest + 1]) : 3, 'n');
}

function orders(random: Random): Part[] {
  const proxies = random.pick([0, 1, 2, 2, 3, random.once(20) ? random.pick([4096, 4097]) : 1]);
  const parts = Array.from({ length: proxies }, () => someBytes(random, 11, name(random, 256)));
  const some = (most: number): number[] =>
    Array.from({ length: random.below(4) }, () => random.below(random.once(30) ? most + 1 : most));
  for (let i = random.below(3); i > 0; i--) {
    const order = [someField(random, 1), someBytes(random, 2, name(random, 128))];
    if (proxies > 0) order.push(...numbers(random, 3, some(proxies)));
    parts.push(someBytes(random, 12, random.once(6) ? message(random, order) : Buffer.concat(order)));
  }
  for (let i = random.below(3); i > 0; i--) {
    const order = [someField(random, 1), someBytes(random, 2, name(random, 128))];
    if (proxies > 0) order.push(...numbers(random, 3, some(proxies)));
    const many = random.once(30) ? random.pick([65_536, 65_537]) : 0;
    order.push(...numbers(random, 4, many > 0 ? new Array<number>(many).fill(7) : some(SLOTS)));
    for (let j = random.below(3); j > 0; j--) order.push(someBytes(random, 5, name(random, 256)));
    parts.push(someBytes(random, 13, random.once(6) ? message(random, order) : Buffer.concat(order)));
  }
  return parts;
}

function assignment(random: Random): Buffer {
  const servers = random.pick([1, 2, 3, 3, 2048, 2049, 0]);
  const slots = Buffer.alloc(random.once(10) ? random.pick([0, 32766, 32770, SLOTS]) : SLOTS * 2);
  for (let i = random.below(4); i > 0 && slots.length > 1; i--) {
    slots.writeUInt16LE(
      random.pick([0, 1, servers, NO_SERVER, NO_SERVER - 1]),
      random.below(slots.length - 1),
    );
  }
  const ids = Array.from({ length: servers }, (_, i) => {
    const id = random.once(100) ? Buffer.alloc(random.pick([0, 128, 129]), 's') : Buffer.from(`s${i}`);
    return someBytes(
      random,
      4,
      random.once(100) ? message(random, [someBytes(random, 1, id)]) : someBytes(random, 1, id),
    );
  });
  const pins = Array.from({ length: random.below(4) }, (_, i) => {
    const organization = random.once(8)
      ? Buffer.alloc(random.pick([0, 256, 257]), 'o')
      : Buffer.from(`pinned-${i}`);
    return someBytes(random, 6, message(random, [someBytes(random, 1, organization), someField(random, 2)]));
  });
  const cluster = Buffer.alloc(random.pick([0, 3, 3, 256, 257]), 'c');
  const reports = message(random, [
    someBytes(random, 1, cluster),
    someField(random, 2),
    someField(random, 3),
    someField(random, 4),
  ]);
  return message(random, [
    tagged(1, 0, variable(1)),
    someField(random, 2),
    random.once(3) ? someField(random, 3) : tagged(3, 0, variable(16)),
    ...ids,
    someBytes(random, 5, slots),
    ...pins,
    ...(random.once(2) ? [someBytes(random, 7, reports)] : []),
    someField(random, 8),
    someField(random, 9),
    ...(random.once(2)
      ? [someBytes(random, 10, message(random, [someField(random, 1), someField(random, 2)]))]
      : []),
    ...(random.once(2) ? orders(random) : []),
  ]);
}

/** Fields that the protocols' messages have, and those of every connection. */
const FIELDS: Readonly<Record<number, readonly number[]>> = {
  1: [1, 2, 3, 27],
  2: [4, 5, 6, 24],
  3: [40, 27],
  4: [40, 41, 42],
  5: [43],
};
const NAMED = [3, 4, 6, 20, 25, 26, 27, 40, 42];

function sourceName(random: Random, field: number): Buffer {
  if (field !== 40 || random.once(8))
    return Buffer.alloc(random.pick([1, 5, 256, random.once(9) ? 257 : 9]), 'n');
  return Buffer.from(
    random.pick(['/params/organization', '/', '/a~1b/~0', '/x~2', 'a', '/1'.repeat(16), '/1'.repeat(17)]),
  );
}

function source(random: Random, protocol: number): Part {
  const field = random.once(8) ? random.below(48) : random.pick(FIELDS[protocol] ?? [1]);
  const parts = [random.once(9) ? someField(random, 1) : tagged(1, 0, variable(field))];
  if (NAMED.includes(field) !== random.once(10)) parts.push(someBytes(random, 2, sourceName(random, field)));
  if (field === 5 || field > 40) parts.push(someField(random, 3));
  if ((field === 41) !== random.once(10))
    parts.push(random.once(4) ? someField(random, 9) : tagged(9, 0, variable(8)));
  return someBytes(random, 4, random.once(5) ? message(random, parts) : Buffer.concat(parts));
}

function text(random: Random, most: number): Buffer {
  return random.once(9)
    ? random.bytes(random.below(most))
    : Buffer.alloc(random.pick([0, 9, most, most + 1]), 't');
}

function redirect(random: Random): Part {
  const close = random.pick([0, 1012, 4000, 4999, 5000, 1000, random.once(4) ? 1011 : 4001]);
  return message(random, [
    tagged(1, 0, variable(1)),
    someBytes(random, 2, text(random, 512)),
    someField(random, 3),
    tagged(4, 0, variable(close)),
    someBytes(random, 5, text(random, 128)),
    someBytes(random, 6, text(random, 4096)),
    someBytes(random, 7, text(random, 4096)),
  ]);
}

function framing(random: Random): Part {
  return message(random, [
    random.once(6) ? someField(random, 1) : tagged(1, 0, variable(random.between(0, 6))),
    someBytes(random, 2, text(random, 16)),
    random.once(6) ? someField(random, 3) : tagged(3, 0, variable(random.pick([1, 2, 4]))),
    random.once(6) ? someField(random, 6) : tagged(6, 0, variable(random.pick([1, 16, 65536, 65537]))),
    someField(random, 7),
  ]);
}

function listener(random: Random): Buffer {
  const protocol = random.pick([1, 1, 2, 2, 3, 4, 4, 5, 6]);
  const inner = random.once(6) ? random.below(6) : 0;
  const sources = Array.from({ length: random.pick([1, 1, 2, 16, 17, 0]) }, () =>
    source(random, random.once(9) ? random.between(1, 5) : protocol),
  );
  return message(random, [
    someBytes(random, 1, Buffer.from('fuzzed')),
    random.once(6) ? someField(random, 2) : tagged(2, 0, variable(protocol)),
    someBytes(
      random,
      3,
      Buffer.alloc(random.pick([1, 7, 256, random.once(4) ? 257 : 8, random.once(4) ? 0 : 8]), 'c'),
    ),
    ...sources,
    someField(random, 5),
    ...(inner > 0 ? [tagged(7, 0, variable(inner))] : []),
    ...(random.once(2) ? [someBytes(random, 8, redirect(random))] : []),
    ...(random.once(2) ? [someBytes(random, 9, framing(random))] : []),
    ...(random.once(4) ? [someBytes(random, 10, random.bytes(9)), someField(random, 11)] : []),
  ]);
}

export function nonsense(random: Random): Buffer {
  const kind = random.below(16);
  if (kind === 0) return random.bytes(random.size(300));
  const number = kind < 9 ? 1 : 2;
  const body = number === 1 ? assignment(random) : listener(random);
  if (kind === 15) return tagged(random.pick([1, 2, 3]), random.below(8), body);
  return someBytes(random, number, body);
}

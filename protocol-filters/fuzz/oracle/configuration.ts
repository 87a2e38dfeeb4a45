/** Whether a filter must accept a plugin configuration: Protocol Buffers' "Encoding" and the limits of `cohort.proto`. */
import { NO_SERVER, SLOTS } from '../../wire/index.ts';

interface Field {
  readonly number: number;
  /** A number, the bytes of a length-delimited field, or undefined for the types that no field here has. */
  readonly value: bigint | Buffer | undefined;
}

class Unreadable extends Error {}

/** One field after the other. @throws Unreadable at the first that is malformed */
function* readFields(bytes: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let i = 0n; i < 10n; i++) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 127) << (7n * i);
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new Unreadable();
  };
  const take = (size: bigint): Buffer => {
    if (size > BigInt(bytes.length - at)) throw new Unreadable();
    at += Number(size);
    return bytes.subarray(at - Number(size), at);
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(BigInt.asUintN(32, key >> 3n));
    const type = Number(key & 7n);
    let value: Field['value'];
    if (type === 0) value = varint();
    else if (type === 2) value = take(varint());
    else if (type === 1) take(8n);
    else if (type === 5) take(4n);
    else throw new Unreadable();
    if (number === 0) throw new Unreadable();
    yield { number, value };
  }
}

function fieldsOf(bytes: Buffer): Field[] {
  return [...readFields(bytes)];
}

/** The last value of a number field, 0 where it is not there. */
function numberOf(fields: readonly Field[], number: number): bigint {
  const field = fields.findLast((one) => one.number === number && typeof one.value === 'bigint');
  return typeof field?.value === 'bigint' ? field.value : 0n;
}

function bytesOf(fields: readonly Field[], number: number): Buffer {
  const field = fields.findLast((one) => one.number === number && typeof one.value === 'object');
  return typeof field?.value === 'object' ? field.value : Buffer.alloc(0);
}

function all(fields: readonly Field[], number: number): Field['value'][] {
  return fields.filter((one) => one.number === number).map(({ value }) => value);
}

/** The numbers of a repeated field, packed or not. @throws Unreadable; undefined among them is one of another type */
function numbersOf(fields: readonly Field[], number: number): (bigint | undefined)[] {
  return all(fields, number).flatMap((value) => (typeof value === 'object' ? unpacked(value) : [value]));
}

function unpacked(bytes: Buffer): bigint[] {
  const numbers: bigint[] = [];
  let at = 0;
  while (at < bytes.length) {
    let end = at;
    while (end < bytes.length && (bytes[end] as number) >= 128) end++;
    if (end === bytes.length || end - at > 9) throw new Unreadable();
    let value = 0n;
    for (let i = end; i >= at; i--) value = (value << 7n) | BigInt((bytes[i] as number) & 127);
    numbers.push(BigInt.asUintN(64, value));
    at = end + 1;
  }
  return numbers;
}

function ordersProblem(fields: readonly Field[]): string | undefined {
  const [proxies, close, heal] = [all(fields, 11), all(fields, 12), all(fields, 13)];
  if (proxies.length > 4096 || close.length > 1024 || heal.length > 4096) return 'how many orders or proxies';
  for (const proxy of proxies) {
    if (typeof proxy !== 'object' || proxy.length < 1 || proxy.length > 256) return "a proxy's name";
  }
  const isBelow = (limit: number) => (number: bigint | undefined) =>
    number !== undefined && number < BigInt(limit);
  let [slots, organizations] = [0, 0];
  for (const order of [...close, ...heal]) {
    if (typeof order !== 'object') return 'an order that is no message';
    const parts = fieldsOf(order);
    const server = bytesOf(parts, 2);
    if (server.length < 1 || server.length > 128) return "an order's server";
    if (!numbersOf(parts, 3).every(isBelow(proxies.length))) return "an order's proxies";
    if (!heal.includes(order)) continue;
    const [itsSlots, named] = [numbersOf(parts, 4), all(parts, 5)];
    if (!itsSlots.every(isBelow(SLOTS))) return "an order's slots";
    if (!named.every((name) => typeof name === 'object' && name.length >= 1 && name.length <= 256))
      return "an order's organizations";
    slots += itsSlots.length;
    organizations += named.length;
  }
  return slots > 65_536 || organizations > 16_384 ? 'how much heal orders name' : undefined;
}

function assignmentProblem(fields: readonly Field[]): string | undefined {
  const servers = all(fields, 4);
  if (servers.length > 2048) return 'more than 2048 servers';
  for (const server of servers) {
    if (typeof server !== 'object') return 'a server that is no message';
    const id = bytesOf(fieldsOf(server), 1);
    if (id.length < 1 || id.length > 128) return 'the length of a server id';
  }
  for (const pin of all(fields, 6)) {
    if (typeof pin !== 'object') return 'a pin that is no message';
    const parts = fieldsOf(pin);
    const organization = bytesOf(parts, 1);
    if (organization.length < 1 || organization.length > 256) return 'the length of a pinned organization';
    if (numberOf(parts, 2) >= BigInt(servers.length)) return 'a pin to no server';
  }
  for (const reports of all(fields, 7)) {
    if (typeof reports !== 'object') return 'reports that are no message';
    if (bytesOf(fieldsOf(reports), 1).length > 256) return 'the length of the cluster for reports';
  }
  for (const drain of all(fields, 10)) {
    if (typeof drain !== 'object') return 'a drain that is no message';
    fieldsOf(drain);
  }
  const inOrders = ordersProblem(fields);
  if (inOrders !== undefined) return inOrders;
  const points = numberOf(fields, 3);
  if (points < 1n || points > 1024n) return 'points';
  const slots = bytesOf(fields, 5);
  if (slots.length !== SLOTS * 2) return 'the size of the slot table';
  for (let at = 0; at < slots.length; at += 2) {
    const server = slots.readUInt16LE(at);
    if (server >= servers.length && server !== NO_SERVER) return 'a slot of no server';
  }
  return undefined;
}

/** Fields of messages, by protocol. */
const OWN_FIELDS: Readonly<Record<number, readonly number[]>> = {
  1: [1, 2, 3],
  2: [4, 5, 6, 24, 25],
  3: [40],
  4: [40, 41, 42],
};

/** RFC 6901, of 1 to 16 parts. */
function isPointer(pointer: Buffer): boolean {
  const text = pointer.toString('latin1');
  return /^(\/([^~/]|~[01])*){1,16}$/s.test(text);
}

function isText(bytes: Buffer): boolean {
  return !bytes.includes(0) && Buffer.from(bytes.toString()).equals(bytes);
}

/** The fields of a message that may come in pieces. @throws Unreadable */
function messagesOf(fields: readonly Field[], number: number): Field[] {
  return all(fields, number).flatMap((value) => (typeof value === 'object' ? fieldsOf(value) : []));
}

function redirectProblem(fields: readonly Field[]): string | undefined {
  const closeCode = numberOf(fields, 4);
  if (closeCode !== 0n && closeCode !== 1012n && (closeCode < 4000n || closeCode > 4999n))
    return 'the close code';
  const [location, method] = [bytesOf(fields, 2), bytesOf(fields, 5)];
  if (location.length > 512 || !isText(location)) return 'the location';
  if (method.length > 128 || !isText(method)) return 'the method';
  return bytesOf(fields, 6).length > 4096 || bytesOf(fields, 7).length > 4096
    ? 'a declared message'
    : undefined;
}

function framingProblem(fields: readonly Field[], protocol: number, inner: number): string | undefined {
  const spoken = protocol === 2 ? inner : protocol;
  if (spoken !== 3 && spoken !== 4) return undefined;
  const kind = numberOf(fields, 1) === 0n ? (protocol === 2 ? 5n : 1n) : numberOf(fields, 1);
  if (kind === 5n) return protocol === 2 ? undefined : 'whole messages of no WebSocket';
  if (kind === 1n) return bytesOf(fields, 2).length > 16 ? 'the delimiter' : undefined;
  if (kind === 2n && spoken === 3) return undefined;
  if (spoken !== 4) return 'the framing';
  if (kind === 3n) return [1n, 2n, 4n].includes(numberOf(fields, 3)) ? undefined : 'the length prefix';
  const size = numberOf(fields, 6);
  return kind === 4n && size >= 1n && size <= 65536n ? undefined : 'the fixed size';
}

function listenerProblem(fields: readonly Field[]): string | undefined {
  const protocol = Number(BigInt.asUintN(32, numberOf(fields, 2)));
  const inner = Number(BigInt.asUintN(32, numberOf(fields, 7)));
  if (![1, 2, 3, 4].includes(protocol) || ![0, 1, 3, 4].includes(inner)) return 'the protocol';
  if (protocol !== 2 && inner !== 0) return 'a protocol inside one that is no WebSocket';
  const inParts =
    redirectProblem(messagesOf(fields, 8)) ?? framingProblem(messagesOf(fields, 9), protocol, inner);
  if (inParts !== undefined) return inParts;
  const cluster = bytesOf(fields, 3);
  if (cluster.length < 1 || cluster.length > 256) return 'the length of the cluster';
  const sources = all(fields, 4).filter((source) => typeof source === 'object');
  if (sources.length < 1 || sources.length > 16) return 'how many sources';
  for (const source of sources) {
    const parts = fieldsOf(source);
    const field = Number(BigInt.asUintN(32, numberOf(parts, 1)));
    const name = bytesOf(parts, 2);
    const named = [3, 4, 6, 20, 25, 26, 27, 40, 42].includes(field);
    if (name.length > 256 || named !== name.length > 0) return 'the name of a source';
    if ([4, 5].some((around) => bytesOf(parts, around).length > 256)) return 'what stands around a source';
    const ofAll = [20, 21, 22, 23, 26, 27];
    const fits = [...ofAll, ...(OWN_FIELDS[protocol] ?? []), ...(OWN_FIELDS[inner] ?? [])];
    if (!fits.includes(field)) return 'a source of another protocol';
    if (field === 40 && !isPointer(name)) return 'a JSON pointer';
    if ((field === 41) !== BigInt.asUintN(32, numberOf(parts, 9)) > 0n) return 'the length of a range';
  }
  return undefined;
}

function organizationsProblem(fields: readonly Field[]): string | undefined {
  const hashes = bytesOf(fields, 2);
  if (hashes.length % 8 !== 0) return 'the size of the hashes';
  for (let at = 8; at < hashes.length; at += 8) {
    if (hashes.readBigUInt64LE(at) <= hashes.readBigUInt64LE(at - 8)) return 'the order of the hashes';
  }
  return undefined;
}

/** Why a filter must refuse the bytes; undefined where it must accept them. */
export function configurationProblem(bytes: Uint8Array): string | undefined {
  try {
    // One plugin configuration holds one message: what stands behind it is not looked at.
    const { number, value } = firstField(Buffer.from(bytes));
    if (typeof value !== 'object' || number < 1 || number > 3) return 'no PluginConfiguration';
    const fields = fieldsOf(value);
    if (number === 3) return organizationsProblem(fields);
    return number === 1 ? assignmentProblem(fields) : listenerProblem(fields);
  } catch (error) {
    if (error instanceof Unreadable) return 'no message';
    throw error;
  }
}

function firstField(bytes: Buffer): Field {
  const { value } = readFields(bytes).next();
  if (value === undefined) throw new Unreadable();
  return value as Field;
}

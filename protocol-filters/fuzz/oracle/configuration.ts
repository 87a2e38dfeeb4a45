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

function listenerProblem(fields: readonly Field[]): string | undefined {
  const protocol = Number(BigInt.asUintN(32, numberOf(fields, 2)));
  if (protocol !== 1 && protocol !== 2) return 'the protocol';
  const cluster = bytesOf(fields, 3);
  if (cluster.length < 1 || cluster.length > 256) return 'the length of the cluster';
  const sources = all(fields, 4).filter((source) => typeof source === 'object');
  if (sources.length < 1 || sources.length > 16) return 'how many sources';
  for (const source of sources) {
    const parts = fieldsOf(source);
    const field = Number(BigInt.asUintN(32, numberOf(parts, 1)));
    const name = bytesOf(parts, 2);
    const named = field === 3 || field === 4 || field === 6;
    if (name.length > 256 || named !== name.length > 0) return 'the name of a source';
    if (protocol === 1 ? field < 1 || field > 3 : field < 4 || field > 6)
      return 'a source of another protocol';
  }
  return undefined;
}

/** Why a filter must refuse the bytes; undefined where it must accept them. */
export function configurationProblem(bytes: Uint8Array): string | undefined {
  try {
    // One plugin configuration holds one message: what stands behind it is not looked at.
    const { number, value } = firstField(Buffer.from(bytes));
    if (typeof value !== 'object' || (number !== 1 && number !== 2)) return 'no PluginConfiguration';
    const fields = fieldsOf(value);
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

/**
 * The assignment as it is stored: JSON, so that `etcdctl` shows what is there, with the slot table in base64. About 44 KB
 * plus servers and pins; it is a versioned value (`ASSIGNMENT`), so its size is no matter.
 */
import { z } from 'zod';
import type { Assignment } from '../placement/types.ts';
import { NO_SERVER, SLOTS } from '../placement/types.ts';
import { decodeJson } from './json.ts';
import type { Decoded } from './json.ts';
import { uint64Schema } from './proxy.ts';
import { idSchema, organizationSchema } from './text.ts';

export type { Assignment };

/** The name of the versioned value. */
export const ASSIGNMENT = 'assignment';

/** The protocol filters' limit. */
const MOST_SERVERS = 2048;

const closeSchema = z.object({ issued: uint64Schema, server: idSchema, proxies: z.array(idSchema) });
const healSchema = z.object({
  issued: uint64Schema,
  orderedMs: z.int().min(0),
  from: idSchema,
  proxies: z.array(idSchema),
  slots: z.array(
    z
      .int()
      .min(0)
      .max(SLOTS - 1),
  ),
  organizations: z.array(organizationSchema),
});
const ordersSchema = z.object({ close: z.array(closeSchema), heal: z.array(healSchema) });

const storedSchema = z.object({
  epoch: uint64Schema,
  version: uint64Schema,
  tableVersion: uint64Schema,
  drainUpTo: uint64Schema,
  servers: z.array(idSchema).max(MOST_SERVERS),
  /** 16384 little-endian uint16: index into `servers`, or 65535. */
  slots: z.base64(),
  /** Left out by those who wrote before there was such a field. */
  balancedFor: z.string().max(64).default(''),
  /** Left out by those who wrote before there were orders. */
  orders: ordersSchema.default({ close: [], heal: [] }),
  /** Organization and the index of its server. */
  pins: z.array(z.tuple([organizationSchema, z.int().min(0)])),
  /** Those of them that are the rebalancer's own. Left out by those who wrote before it had any. */
  ownPins: z.array(organizationSchema).default([]),
});

/** @throws TypeError for an assignment that could not be read back */
export function encodeAssignment(assignment: Assignment): Buffer {
  const numbers = new Map(assignment.servers.map((id, number) => [id, number]));
  const slots = Buffer.alloc(assignment.slots.length * 2);
  assignment.slots.forEach((server, slot) => slots.writeUInt16LE(server, slot * 2));
  const stored = {
    epoch: String(assignment.epoch),
    version: String(assignment.version),
    tableVersion: String(assignment.tableVersion),
    drainUpTo: String(assignment.drainUpTo),
    balancedFor: assignment.balancedFor,
    servers: assignment.servers,
    orders: {
      close: assignment.orders.close.map((order) => ({ ...order, issued: String(order.issued) })),
      heal: assignment.orders.heal.map((batch) => ({ ...batch, issued: String(batch.issued) })),
    },
    pins: [...assignment.pins].map(([organization, server]) => [organization, numbers.get(server) ?? -1]),
    ownPins: [...assignment.ownPins.keys()],
    slots: slots.toString('base64'),
  };
  const bytes = Buffer.from(JSON.stringify(stored));
  const decoded = decodeAssignment(bytes);
  if ('why' in decoded) throw new TypeError(`not an assignment: ${decoded.why}`);
  return bytes;
}

/** @returns the assignment, or in words why the bytes are none */
export function decodeAssignment(bytes: Uint8Array): Decoded<Assignment> {
  const decoded = decodeJson(storedSchema, bytes);
  if ('why' in decoded) return decoded;
  const { epoch, version, tableVersion, drainUpTo, balancedFor, servers, orders, pins } = decoded.value;
  const table = Buffer.from(decoded.value.slots, 'base64');
  if (table.length !== SLOTS * 2)
    return { why: `the slot table has ${table.length} bytes, not ${SLOTS * 2}` };
  const slots = Uint16Array.from({ length: SLOTS }, (_, slot) => table.readUInt16LE(slot * 2));
  const named = new Map(pins.map(([organization, server]) => [organization, servers[server] ?? '']));
  const assignment: Assignment = {
    epoch: BigInt(epoch),
    version: BigInt(version),
    tableVersion: BigInt(tableVersion),
    drainUpTo: BigInt(drainUpTo),
    balancedFor,
    orders: {
      close: orders.close.map((order) => ({ ...order, issued: BigInt(order.issued) })),
      heal: orders.heal.map((batch) => ({ ...batch, issued: BigInt(batch.issued) })),
    },
    servers,
    slots,
    pins: named,
    ownPins: new Map(
      decoded.value.ownPins.map((organization) => [organization, named.get(organization) ?? '']),
    ),
  };
  const why = contradiction(assignment, pins);
  return why === undefined ? { value: assignment } : { why };
}

function contradiction(
  { servers, slots, version, tableVersion, drainUpTo, orders, pins, ownPins }: Assignment,
  stored: readonly (readonly [string, number])[],
): string | undefined {
  if (servers.some((id, number) => number > 0 && id <= servers[number - 1]!)) {
    return 'the servers are not in ascending order, each once';
  }
  const slot = slots.findIndex((server) => server !== NO_SERVER && server >= servers.length);
  if (slot !== -1) return `slot ${slot} names server ${slots[slot]} of ${servers.length}`;
  const pin = stored.find(([, server]) => server >= servers.length);
  if (pin) return `the pin of ${JSON.stringify(pin[0])} names server ${pin[1]} of ${servers.length}`;
  if (pins.size !== stored.length) return 'an organization is pinned twice';
  const own = [...ownPins.keys()].find((organization) => !pins.has(organization));
  if (own !== undefined) return `${JSON.stringify(own)} has a pin of the rebalancer and none in force`;
  if (tableVersion > version) return `tableVersion ${tableVersion} is beyond version ${version}`;
  const issued = [...orders.close, ...orders.heal].find((order) => order.issued > version);
  if (issued) return `an order of version ${issued.issued} is beyond version ${version}`;
  if (drainUpTo > version) return `drainUpTo ${drainUpTo} is beyond version ${version}`;
  return undefined;
}

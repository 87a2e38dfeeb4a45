/** For tests: inputs that are short to write, and what a plan comes to, worked out anew from its outcome. */
import { serverOfSlot } from '../placement/table.ts';
import { NO_SERVER, SLOTS } from '../placement/types.ts';
import type { SlotTable } from '../placement/types.ts';
import type { Plan, PlanInput, PlanOrganization, PlanServer } from './types.ts';

/** One dimension, `connections`, and a limit of 1000 unless said otherwise. */
export function server(id: string, rest: Partial<PlanServer> = {}): PlanServer {
  return { id, state: 'active', limits: [1000], base: [0], labels: {}, ...rest };
}

export function organization(
  id: string,
  slot: number,
  connections: number,
  rest: Partial<PlanOrganization> = {},
): PlanOrganization {
  return { id, slot, connections, usage: [connections], ...rest };
}

/** Slots go to these servers in turn: slot 0 to the first one. */
export function tableOver(ids: readonly string[]): SlotTable {
  const servers = [...ids].sort();
  const numbers = ids.map((id) => servers.indexOf(id));
  return { servers, slots: Uint16Array.from({ length: SLOTS }, (_, slot) => numbers[slot % ids.length]!) };
}

/** With the first slots on these servers, and the others on nobody's mind: without load, on the last one named. */
export function tableWith(owners: readonly string[], rest: string): SlotTable {
  const servers = [...new Set([...owners, rest])].sort();
  const slots = new Uint16Array(SLOTS).fill(servers.indexOf(rest));
  owners.forEach((id, slot) => (slots[slot] = servers.indexOf(id)));
  return { servers, slots };
}

export const NO_TABLE: SlotTable = { servers: [], slots: new Uint16Array(SLOTS).fill(NO_SERVER) };

export function input(rest: Partial<PlanInput>): PlanInput {
  const servers = rest.servers ?? [];
  const dimensions = rest.dimensions ?? ['connections'];
  return {
    dimensions,
    servers,
    table: tableOver(servers.map(({ id }) => id)),
    slotConnections: new Float64Array(SLOTS),
    slotUsage: new Float64Array(SLOTS * dimensions.length),
    organizations: [],
    budget: Infinity,
    ...rest,
  };
}

/** The input of the next round, when all of this plan has been done. */
export function after(before: PlanInput, { table, pins }: Pick<Plan, 'table' | 'pins'>): PlanInput {
  const organizations = before.organizations.map((one) => {
    if (one.pin?.by === 'person') return one;
    const { pin: _, ...rest } = one;
    const at = pins.get(one.id);
    return at === undefined ? rest : { ...rest, pin: { server: at, by: 'rebalancer' as const } };
  });
  return { ...before, table, organizations };
}

/** Where an organization is; a person's pin to a server that is gone or draining is not in force. */
export function placeOf({ table, servers }: PlanInput, one: PlanOrganization): string | undefined {
  const pinned = servers.find(({ id }) => id === one.pin?.server);
  if (pinned !== undefined && !(one.pin?.by === 'person' && pinned.state === 'draining')) return pinned.id;
  return serverOfSlot(table, one.slot);
}

/** Server → load in the worst dimension, as a share of its limits. */
export function loadsOf(all: PlanInput): Map<string, number> {
  const used = new Map(all.servers.map(({ id, base }) => [id, [...base]]));
  const add = (id: string | undefined, usage: ArrayLike<number>): void => {
    const sums = used.get(id ?? '');
    sums?.forEach((sum, d) => (sums[d] = sum + usage[d]!));
  };
  const width = all.dimensions.length;
  for (let slot = 0; slot < SLOTS; slot++) {
    add(serverOfSlot(all.table, slot), all.slotUsage.subarray(slot * width, (slot + 1) * width));
  }
  for (const one of all.organizations) add(placeOf(all, one), one.usage);
  return new Map(
    all.servers.map(({ id, limits }) => [id, Math.max(...used.get(id)!.map((sum, d) => sum / limits[d]!))]),
  );
}

/** Connections on other servers than before. */
export function movedBetween(before: PlanInput, next: PlanInput): number {
  let moved = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const isSame = serverOfSlot(before.table, slot) === serverOfSlot(next.table, slot);
    if (!isSame) moved += before.slotConnections[slot]!;
  }
  before.organizations.forEach((one, i) => {
    if (placeOf(before, one) !== placeOf(next, next.organizations[i]!)) moved += one.connections;
  });
  return moved;
}

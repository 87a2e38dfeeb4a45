/** Assignments that worlds are given, and what they say about an organization. */
import xxhash from 'xxhash-wasm';
import {
  encodeAssignment,
  NO_SERVER,
  SLOTS,
  type AssignmentMessage,
  type OrdersMessage,
} from '../wire/index.ts';
import type { Random } from './random.ts';

const { h64Raw } = await xxhash();

/** Where an assignment puts an organization. */
export interface Place {
  slot: number;
  pinned: boolean;
  server: string;
  /** What the ring is asked for: a point of the server's own. */
  hashKey: string;
}

/** An assignment without its number. */
export class Table {
  readonly pins: ReadonlyMap<string, number>;

  constructor(
    readonly servers: readonly string[],
    readonly slots: Uint16Array,
    pins: ReadonlyMap<string, number>,
    readonly points: number,
    readonly mostOrganizations: number,
    readonly orders: OrdersMessage,
  ) {
    this.pins = pins;
  }

  /** The plugin configuration that says this under a number. */
  encode(epoch: number, version: number): Buffer {
    const { servers, slots, pins, points, mostOrganizations, orders } = this;
    // Reports twice as far apart as ticks, full ones often: both kinds come up.
    const reports = { cluster: 'control_plane', intervalMs: 500, fullIntervalMs: 4000, mostOrganizations };
    const message: AssignmentMessage = { epoch, version, servers, slots, pins, points, reports, orders };
    return encodeAssignment(message);
  }

  /** undefined: the slot has no server. */
  place(organization: Buffer): Place | undefined {
    const hash = h64Raw(organization, 0n);
    const slot = Number(hash % BigInt(SLOTS));
    const pin = this.pins.get(organization.toString());
    const server = this.servers[pin ?? (this.slots[slot] as number)];
    if (server === undefined) return undefined;
    const point = pin === undefined ? slot % this.points : Number(hash % BigInt(this.points));
    return { slot, pinned: pin !== undefined, server, hashKey: `${server}_${point}` };
  }
}

/** A table over the servers, with some pins among the organizations and some slots that nobody has. */
export function randomTable(
  random: Random,
  servers: readonly string[],
  organizations: readonly string[],
): Table {
  const slots = new Uint16Array(SLOTS);
  const holes = random.once(4) ? 8 : 64;
  for (let slot = 0; slot < SLOTS; slot++) {
    slots[slot] = random.once(holes) ? NO_SERVER : random.below(servers.length);
  }
  const pins = new Map<string, number>();
  for (let i = random.below(12); i > 0; i--)
    pins.set(random.pick(organizations), random.below(servers.length));
  const points = random.pick([1, 2, 16, 16, 1024]);
  const mostOrganizations = random.pick([1, 3, 5000, 5000]);
  const orders = ordersForOthers(random, servers, organizations);
  return new Table(servers, slots, pins, points, mostOrganizations, orders);
}

/** Orders that concern no connection: they name other proxies, or servers that nobody sits on. */
function ordersForOthers(
  random: Random,
  servers: readonly string[],
  organizations: readonly string[],
): OrdersMessage {
  const one = (): { issued: bigint; server: string; proxies: string[] } => {
    const [server, proxies] = random.once(2)
      ? [random.pick(servers), ['another-proxy', 'fuzzed-prox']]
      : [`empty-${random.below(9)}`, []];
    return { issued: BigInt(random.below(5000)), server, proxies };
  };
  const close = Array.from({ length: random.below(4) }, one);
  const heal = Array.from({ length: random.below(4) }, () => {
    const { issued, server: from, proxies } = one();
    const slots = Array.from({ length: random.below(400) }, () => random.below(SLOTS));
    return { issued, from, proxies, slots, organizations: [random.pick(organizations)] };
  });
  return { close, heal };
}

/** What moves besides what balance asks for, and how fast. Pure. */
import { adoption, type AdoptionInput } from '../placement/adopt.ts';
import { ON_THE_WAY } from '../placement/balance.ts';
import type { PlacementServer } from '../placement/assignment.ts';
import { Ring } from '../placement/ring.ts';
import { hashKey } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import type { Relocation } from '../scan/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { ALL_ALIVE, type ServerHealth } from './health.ts';

/** Between two parts of what belongs to a server that has come back, in milliseconds. */
const BALANCE_INTERVAL_MS = 10_000;

export interface MovingInput {
  readonly state: ClusterState;
  readonly health?: ServerHealth;
  readonly slotCounts?: () => AdoptionInput['slotCounts'];
  readonly relocations?: readonly Relocation[];
  readonly now: number;
}

/** Where the slots of servers that died go; undefined where none has any. */
export function adoptionFor(
  { state, health = ALL_ALIVE, slotCounts }: MovingInput,
  servers: readonly { readonly id: string }[],
): ((slot: number) => string | undefined) | undefined {
  const { assignment } = state;
  const staying = new Set(servers.map(({ id }) => id));
  const dead = assignment?.servers.filter((id) => health.dead.has(id) && !staying.has(id)) ?? [];
  if (assignment === undefined || dead.length === 0) return undefined;
  const living = [...state.servers.keys()].filter((id) => !health.dead.has(id));
  return adoption({ dead, previous: assignment, living, slotCounts: slotCounts?.() ?? [] });
}

/**
 * The rebalancer's pins to servers that died: to where the ring sends their organizations, so that no device is moved twice.
 * Undefined: there are none, all stay as they are.
 */
export function adoptedPins(
  { state, health = ALL_ALIVE }: MovingInput,
  servers: readonly PlacementServer[],
): ReadonlyMap<string, string> | undefined {
  const { ownPins = new Map<string, string>() } = state.assignment ?? {};
  const staying = new Set(servers.map(({ id }) => id));
  const lost = [...ownPins].filter(([, server]) => health.dead.has(server) && !staying.has(server));
  if (lost.length === 0) return undefined;
  const ring = new Ring([...state.servers.keys()].filter((id) => !health.dead.has(id)));
  const takers = new Set(servers.filter(({ state: is }) => is === 'active').map(({ id }) => id));
  const next = new Map(ownPins);
  for (const [organization, server] of lost) {
    const to = ring.serverOf(hashKey(organization, server, true));
    if (to !== undefined && takers.has(to)) next.set(organization, to);
    else next.delete(organization);
  }
  return next;
}

/**
 * Where slots go that devices cannot reach at home for too long: to a server that every proxy reaches, where most of those
 * devices sit already. Undefined: there are none, or no such server.
 */
export function relocationsFor(
  { state, slotCounts, relocations = [] }: MovingInput,
  servers: readonly PlacementServer[],
): ReadonlyMap<number, string> | undefined {
  const { assignment } = state;
  if (assignment === undefined) return undefined;
  const wanted = relocations.filter(({ slot, from }) => serverOfSlot(assignment, slot) === from);
  if (wanted.length === 0) return undefined;
  const unreached = new Set<string>();
  for (const { value } of state.views.values()) {
    for (const [id, { healthy }] of Object.entries(value.servers)) if (!healthy) unreached.add(id);
  }
  const takers = servers.filter(
    ({ id, state: is, weight }) => is === 'active' && weight > 0 && !unreached.has(id),
  );
  if (takers.length === 0) return undefined;
  const counts = [...(slotCounts?.() ?? [])];
  const relocate = new Map<number, string>();
  for (const left of new Set(wanted.map(({ from }) => from))) {
    const living = takers.map(({ id }) => id).filter((id) => id !== left);
    const to = adoption({ dead: [left], previous: assignment, living, slotCounts: counts });
    for (const { slot, from } of wanted) {
      const server = from === left ? to(slot) : undefined;
      if (server !== undefined) relocate.set(slot, server);
    }
  }
  return relocate.size === 0 ? undefined : relocate;
}

/**
 * How many slots may leave servers that live, and when to ask again. Any number, but for what comes back to a server that
 * was dead: that is a part at a time, and the next one when connections have been allowed to follow the last.
 */
export function balanceBudget(
  { state, health = ALL_ALIVE, now }: MovingInput,
  { balancedAt }: { readonly balancedAt: number | undefined },
): { budget: number; until: number | undefined } {
  const { assignment, settings } = state;
  // What was begun slowly ends slowly.
  const isOnTheWay = assignment?.balancedFor === ON_THE_WAY;
  if (health.returning.size === 0 && !isOnTheWay) return { budget: Infinity, until: undefined };
  const until = (balancedAt ?? -Infinity) + BALANCE_INTERVAL_MS;
  const isFollowed = assignment === undefined || assignment.drainUpTo >= assignment.tableVersion;
  if (now < until || !isFollowed) return { budget: 0, until: Math.max(until, now + 1_000) };
  const parts = (60_000 / BALANCE_INTERVAL_MS) | 0;
  return {
    budget: Math.max(1, Math.floor(settings.returningSlotsPerMinute / parts)),
    until: now + BALANCE_INTERVAL_MS,
  };
}

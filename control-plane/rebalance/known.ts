/** From a picture to what the planner is asked, and its answer. Pure, but for the time that it takes. */
import { pinsWanted, quarantineServers, wantedServers } from '../leader/wanted.ts';
import { labelsOf, planInput, readLoad, type Load, type LoadedFleet } from '../load/index.ts';
import type { Labels } from '../model/index.ts';
import { serverOfSlot } from '../placement/table.ts';
import type { SlotTable } from '../placement/types.ts';
import { plan as makePlan } from '../plan/plan.ts';
import type { Plan } from '../plan/types.ts';
import { fillNewcomers } from './fill.ts';
import type { RebalanceMemory } from './memory.ts';
import { isStopped, type AssignedPicture, type Picture } from './picture.ts';
import { unmovable } from './trials.ts';
import { heldBy } from './undo.ts';

/** Runs a part of a round, and may tell how long it took. */
export type Timed = <T>(what: 'reading' | 'input' | 'plan', run: () => T) => T;

/** The next reading. @param before undefined: it is the first one */
export function read(before: Load | undefined, { state, reports, now }: Picture, timed: Timed): Load {
  return timed('reading', () =>
    readLoad(before, {
      servers: [...state.servers.values()].map(({ value }) => value),
      statusOf: (id) => state.agents.get(id)?.value,
      fleet: reports,
      halfLifeMs: state.settings.loadHalfLifeMs,
      now,
    }),
  );
}

type Servers = ReturnType<typeof wantedServers>['servers'];

/** Servers that may be named. */
export function serversOf({ state, admitted, health }: Picture): Servers {
  return wantedServers(state, admitted, health).servers;
}

/**
 * As the planner has them: while automatic moves are stopped, a server that only a quarantine would empty keeps what it has.
 */
function plannedServers(servers: Servers, { state }: Picture): Servers {
  if (!isStopped(state)) return servers;
  const own = quarantineServers(state);
  return servers.map((server) =>
    server.state === 'active' && server.weight === 0 && own.has(server.id) && weightOf(state, server.id) > 0
      ? { ...server, state: 'suspect' }
      : server,
  );
}

function weightOf({ servers }: Picture['state'], id: string): number {
  return servers.get(id)?.value.weight ?? 0;
}

/** @param servers of `serversOf` */
export function knownFleet(
  picture: AssignedPicture,
  servers: Servers,
  load: Load,
  { full, trials }: Pick<RebalanceMemory, 'full' | 'trials'>,
): LoadedFleet {
  const { state, assignment, rounds, wallNow } = picture;
  const held = heldBy(rounds, wallNow - state.settings.undoneHoldMs);
  const selectors = new Map<string, Labels>();
  for (const [organization, { value }] of state.selectors) selectors.set(organization, value.labels);
  const pins = [...pinsWanted(state)].map(
    ([organization, server]) => [organization, full.has(server) ? '' : server] as const,
  );
  return {
    load,
    fleet: picture.reports,
    table: assignment,
    servers: plannedServers(servers, picture),
    labelsOf: (id) => labelsOf(state.servers.get(id)?.value.labels),
    pins: new Map(pins),
    ownPins: assignment.ownPins,
    selectors,
    heldSlots: held.slots,
    heldOrganizations: held.organizations,
    unmovable: unmovable(trials),
  };
}

export function planFor(
  { state: { settings }, assignment, reports }: AssignedPicture,
  known: LoadedFleet,
  wish: { readonly budget: number; readonly toldApart: number },
  timed: Timed,
): Plan {
  const input = timed('input', () =>
    planInput(known, {
      ...wish,
      onTheWay: onTheWay({ assignment, reports }),
      options: {
        target: settings.balanceTarget,
        threshold: settings.balanceThreshold,
        ceiling: settings.loadCeiling,
        mostPins: settings.mostOwnPins,
      },
      leastLoad: settings.balanceLeastLoad,
    }),
  );
  return timed('plan', () => makePlan(input));
}

/** Connections that are not where they belong, and will move without any plan. */
function onTheWay({ assignment, reports }: Pick<AssignedPicture, 'assignment' | 'reports'>): number {
  let sum = 0;
  for (const { slot, server, pinned, connections } of reports.slotCounts()) {
    if (!pinned && serverOfSlot(assignment, slot) !== server) sum += connections;
  }
  for (const [organization, server] of assignment.pins) {
    for (const seat of reports.seatsOf(organization)) {
      if (seat.server !== server) sum += seat.connections;
    }
  }
  return sum;
}

/** The plan's table, where servers that have joined get their share of the slots that nobody uses. */
export function filled({ table: before, servers, load, heldSlots }: LoadedFleet, plan: Plan): SlotTable {
  const owned = new Set(plan.after.own.values());
  const takers = servers.filter(
    ({ id, state, weight }) => state === 'active' && weight > 0 && !owned.has(id),
  );
  const isFree = (slot: number): boolean =>
    load.counted.bySlot[slot] === 0 && load.bySlot[slot]! < 0.5 && !heldSlots.has(slot);
  return fillNewcomers({ before, table: plan.table, servers: takers, isFree });
}

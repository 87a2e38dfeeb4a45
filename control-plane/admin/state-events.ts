/** From two states of the cluster to what has happened between them. Pure. */
import type { Round } from '../model/index.ts';
import type { ClusterState, Collection } from '../state/cluster-state.ts';
import type { AssignmentChange } from './assignment-history.ts';
import { totalsView } from './assignment-view.ts';
import { changesBetween } from './changes.ts';
import type { CohortEvent, EventType } from './event-log.ts';
import { etag } from './request.ts';

/** Moves between pairs of servers, and pins, that one event names. */
const MOST_NAMED = 100;

export function stateEvents(before: ClusterState, after: ClusterState): CohortEvent[] {
  return [
    ...collectionEvents('server', 'id', before.servers, after.servers),
    ...collectionEvents('pin', 'organization', before.pins, after.pins),
    ...collectionEvents('quarantine', 'organization', before.quarantines, after.quarantines),
    ...collectionEvents('selector', 'organization', before.selectors, after.selectors),
    ...settingsEvents(before, after),
    ...verdictEvents(before, after),
    ...staleEvents(before, after),
  ];
}

/** `what`: `created`, `changed` or `removed`; with the value as it is now. */
function collectionEvents<T extends object>(
  type: EventType,
  idName: string,
  before: Collection<T>,
  after: Collection<T>,
): CohortEvent[] {
  if (before === after) return [];
  const events: CohortEvent[] = [];
  for (const [id, known] of after) {
    const was = before.get(id);
    if (was?.revision === known.revision) continue;
    const what = was === undefined ? 'created' : 'changed';
    events.push({ type, data: { what, [idName]: id, value: known.value, etag: etag(known.revision) } });
  }
  for (const id of before.keys()) {
    if (!after.has(id)) events.push({ type, data: { what: 'removed', [idName]: id } });
  }
  return events;
}

function settingsEvents(before: ClusterState, after: ClusterState): CohortEvent[] {
  if (before.settings === after.settings) return [];
  const { listeners: were, ...rest } = before.settings;
  const { listeners: are, ...others } = after.settings;
  const events: CohortEvent[] = [];
  const changes = changesBetween(rest, others);
  const tag = etag(after.settingsRevision);
  if (changes.length > 0) events.push({ type: 'settings', data: { what: 'changed', changes, etag: tag } });
  const old = new Map(were.map((listener) => [listener.name, JSON.stringify(listener)]));
  for (const listener of are) {
    const was = old.get(listener.name);
    old.delete(listener.name);
    if (was === JSON.stringify(listener)) continue;
    const what = was === undefined ? 'created' : 'changed';
    events.push({ type: 'listener', data: { what, name: listener.name, value: listener, etag: tag } });
  }
  for (const name of old.keys()) events.push({ type: 'listener', data: { what: 'removed', name } });
  return events;
}

function verdictEvents({ verdicts: before }: ClusterState, { verdicts: after }: ClusterState): CohortEvent[] {
  if (before === after) return [];
  const events: CohortEvent[] = [];
  for (const server of new Set([...Object.keys(before.servers), ...Object.keys(after.servers)])) {
    const was = before.servers[server];
    const is = after.servers[server];
    const flags = (one: typeof is): string =>
      JSON.stringify([one?.state ?? 'alive', one?.heldUntilMs !== undefined, one?.avoided !== undefined]);
    if (flags(was) === flags(is)) continue;
    const data = {
      server,
      was: was?.state ?? 'alive',
      state: is?.state ?? 'alive',
      held: is?.heldUntilMs !== undefined,
      avoided: is?.avoided !== undefined,
      why: is?.why ?? 'no proxy says that it is dead',
    };
    events.push({ type: 'verdict', data });
  }
  if (before.brake.engaged !== after.brake.engaged) {
    events.push({ type: 'brake', data: { engaged: after.brake.engaged } });
  }
  return events;
}

function staleEvents({ stale: before }: ClusterState, { stale: after }: ClusterState): CohortEvent[] {
  if (before.size === 0 && after.size > 0) {
    return [{ type: 'stale', data: { stale: true, why: [...after.values()][0] ?? '' } }];
  }
  return before.size > 0 && after.size === 0 ? [{ type: 'stale', data: { stale: false } }] : [];
}

/** @param change undefined: it is the first one that this replica sees */
export function assignmentEvents(
  { assignment }: ClusterState,
  change: AssignmentChange | undefined,
): CohortEvent[] {
  if (assignment === undefined) return [];
  const { epoch, version, tableVersion, drainUpTo } = assignment;
  const position = { epoch: String(epoch), version: String(version) };
  const events: CohortEvent[] = [
    {
      type: 'assignment',
      data: {
        ...position,
        tableVersion: String(tableVersion),
        drainUpTo: String(drainUpTo),
        joined: change?.joined ?? [],
        left: change?.left ?? [],
      },
    },
  ];
  if (change === undefined || change.slots.length + change.pins.length === 0) return events;
  const totals = totalsView(change);
  const data = {
    ...position,
    slots: change.slots.length,
    pins: change.pins.length,
    totals: totals.slice(0, MOST_NAMED),
    organizations: change.pins
      .slice(0, MOST_NAMED)
      .map(({ organization, from, to }) => ({ organization, from: from ?? null, to: to ?? null })),
  };
  return [...events, { type: 'move', data }];
}

/** A round of moves has been written: why, and what it costs. */
export function roundEvent({ id, triggers, reason, moves, more, undoes }: Round): CohortEvent {
  const devices = Math.round(moves.reduce((sum, { connections }) => sum + connections, 0));
  const data = { round: id, triggers, reason, moves: moves.length + more, devices };
  return { type: 'round', data: { ...data, ...(undoes === undefined ? {} : { undoes }) } };
}

/**
 * What a replica knows of the cluster, made from what the store's watches tell. Pure: every function gives a new state and
 * leaves the old one alone. What cannot be read is set aside and named; the last good value of its key stays in force.
 */
import {
  agents,
  ASSIGNMENT,
  decodeAssignment,
  DEFAULT_SETTINGS,
  greeters,
  NO_VERDICTS,
  NOT_PAUSED,
  pins,
  organizations,
  quarantines,
  rebalancing,
  replicas,
  selectors,
  servers,
  settings,
  verdicts,
  views,
  type AgentStatus,
  type Assignment,
  type Greeter,
  type Kind,
  type KnownOrganization,
  type Pin,
  type Quarantine,
  type Rebalancing,
  type Replica,
  type Selector,
  type Server,
  type Settings,
  type Verdicts,
  type View,
} from '../model/index.ts';
import { currentKey } from '../store/chunks.ts';
import type { Change, Invalid, Revision, VersionedEvent, WatchEvent } from '../store/store.ts';

/** A value and the revision of the write that made it. */
export interface Known<T> {
  readonly value: T;
  readonly revision: Revision;
}

export type Collection<T> = ReadonlyMap<string, Known<T>>;

/** Kinds of values that are watched, by the name of their part of the state. */
export const WATCHED = {
  servers,
  pins,
  selectors,
  settings,
  rebalancing,
  agents,
  greeters,
  replicas,
  views,
  verdicts,
  quarantines,
  organizations,
} as const;
/** All parts of the state that come from the store. */
export const SOURCES = [...(Object.keys(WATCHED) as (keyof typeof WATCHED)[]), 'assignment'] as const;
export type Source = (typeof SOURCES)[number];

export interface ClusterState {
  readonly servers: Collection<Server>;
  /**
   * Servers that were removed while the assignment still names them: proxies are told where they are until the leader has
   * moved what they have.
   */
  readonly leaving: ReadonlyMap<string, Server>;
  readonly pins: Collection<Pin>;
  /** By organization: labels that its server must have. */
  readonly selectors: Collection<Selector>;
  /** Whether operators let the rebalancer move anything. */
  readonly rebalancing: Rebalancing;
  readonly settings: Settings;
  /** 0: none are stored, the defaults are in force. */
  readonly settingsRevision: Revision;
  readonly agents: Collection<AgentStatus>;
  readonly greeters: Collection<Greeter>;
  readonly replicas: Collection<Replica>;
  /** By proxy: what it sees of the servers' health. */
  readonly views: Collection<View>;
  /** The leader's verdicts on the servers; they stay when they are no longer stored. */
  readonly verdicts: Verdicts;
  /** Of what the next write of the verdicts replaces; 0: none are stored (any more). */
  readonly verdictsRevision: Revision;
  /** By organization: those that have a server of their own, or should. */
  readonly quarantines: Collection<Quarantine>;
  /** Those that exist, for listeners that admit no others. */
  readonly organizations: Collection<KnownOrganization>;
  /** The assignment in force; it stays when it is no longer stored. */
  readonly assignment: Assignment | undefined;
  /** `expected` of the write that replaces the assignment; 0: none is stored (any more). */
  readonly assignmentRevision: Revision;
  /** By key: what is set aside now. */
  readonly invalid: ReadonlyMap<string, Invalid>;
  /** Of the last change of each part that was told; what was never told of is left out. */
  readonly revisions: ReadonlyMap<Source, Revision>;
  /** What has been read whole at least once. */
  readonly loaded: ReadonlySet<Source>;
  /** What nobody could confirm for a while, and why. */
  readonly stale: ReadonlyMap<Source, string>;
}

export const NO_STATE: ClusterState = {
  servers: new Map(),
  leaving: new Map(),
  pins: new Map(),
  selectors: new Map(),
  rebalancing: NOT_PAUSED,
  settings: DEFAULT_SETTINGS,
  settingsRevision: 0,
  agents: new Map(),
  greeters: new Map(),
  replicas: new Map(),
  views: new Map(),
  verdicts: NO_VERDICTS,
  verdictsRevision: 0,
  quarantines: new Map(),
  organizations: new Map(),
  assignment: undefined,
  assignmentRevision: 0,
  invalid: new Map(),
  revisions: new Map(),
  loaded: new Set(),
  stale: new Map(),
};

export type StateEvent =
  | { readonly source: Exclude<Source, 'assignment'>; readonly event: WatchEvent }
  | { readonly source: 'assignment'; readonly event: VersionedEvent };

/** Whether every part has been read: before, nothing may be concluded from what is not there. */
export function isLoaded(state: ClusterState): boolean {
  return SOURCES.every((source) => state.loaded.has(source));
}

/** The state after an event of a watch. */
export function reduce(state: ClusterState, { source, event }: StateEvent): ClusterState {
  if (event.kind === 'stale' || event.kind === 'current') {
    const stale = new Map(state.stale);
    if (event.kind === 'stale') stale.set(source, event.why);
    else stale.delete(source);
    return { ...state, stale };
  }
  const next =
    source === 'assignment'
      ? reduceAssignment(state, event as VersionedEvent)
      : reduceKind(state, source, event as WatchEvent);
  const loaded = state.loaded.has(source) ? state.loaded : new Set([...state.loaded, source]);
  const revision = 'revision' in event ? event.revision : undefined;
  const revisions = revision === undefined ? state.revisions : new Map(state.revisions).set(source, revision);
  return withLeaving(state, { ...next, loaded, revisions });
}

function reduceKind(state: ClusterState, source: keyof typeof WATCHED, event: WatchEvent): ClusterState {
  if (event.kind !== 'snapshot' && event.kind !== 'change') return state;
  const invalid = new Map(state.invalid);
  switch (source) {
    case 'servers':
      return { ...state, servers: applied(servers, state.servers, invalid, event.changes), invalid };
    case 'pins':
      return { ...state, pins: applied(pins, state.pins, invalid, event.changes), invalid };
    case 'selectors':
      return { ...state, selectors: applied(selectors, state.selectors, invalid, event.changes), invalid };
    case 'rebalancing': {
      // What cannot be read leaves in force what was, and so does one event without a change of it.
      const before = new Map([['', { value: state.rebalancing, revision: 0 }]]);
      const stored = applied(rebalancing, before, invalid, event.changes).get('');
      return { ...state, rebalancing: stored?.value ?? NOT_PAUSED, invalid };
    }
    case 'agents':
      return { ...state, agents: applied(agents, state.agents, invalid, event.changes), invalid };
    case 'greeters':
      return { ...state, greeters: applied(greeters, state.greeters, invalid, event.changes), invalid };
    case 'replicas':
      return { ...state, replicas: applied(replicas, state.replicas, invalid, event.changes), invalid };
    case 'views':
      return { ...state, views: applied(views, state.views, invalid, event.changes), invalid };
    case 'quarantines':
      return {
        ...state,
        quarantines: applied(quarantines, state.quarantines, invalid, event.changes),
        invalid,
      };
    case 'organizations':
      return {
        ...state,
        organizations: applied(organizations, state.organizations, invalid, event.changes),
        invalid,
      };
    case 'verdicts': {
      const { verdicts: value, verdictsRevision: revision } = state;
      const stored = applied(verdicts, new Map([['', { value, revision }]]), invalid, event.changes).get('');
      // Neither a damaged value nor an emptied etcd is a reason to forget who is dead; who writes the next one names it.
      const damaged = invalid.get(verdicts.prefix);
      return {
        ...state,
        verdicts: stored?.value ?? value,
        verdictsRevision: damaged?.revision ?? stored?.revision ?? 0,
        invalid,
      };
    }
    case 'settings': {
      const before = new Map(
        state.settingsRevision === 0
          ? []
          : [['', { value: state.settings, revision: state.settingsRevision }]],
      );
      const stored = applied(settings, before, invalid, event.changes).get('');
      return {
        ...state,
        settings: stored?.value ?? DEFAULT_SETTINGS,
        settingsRevision: stored?.revision ?? 0,
        invalid,
      };
    }
  }
}

/** The values after these changes; what cannot be read goes to `invalid`, which is changed in place. */
function applied<T>(
  kind: Kind<T>,
  before: Collection<T>,
  invalid: Map<string, Invalid>,
  changes: readonly Change[],
): Collection<T> {
  const values = new Map(before);
  for (const { key, entry } of changes) {
    invalid.delete(key);
    const id = kind.idOf(key);
    if (entry === undefined) {
      if (id !== undefined) values.delete(id);
      continue;
    }
    const { revision } = entry;
    const decoded = id === undefined ? { why: `not a key of a ${kind.name}` } : kind.decode(id, entry.value);
    if ('why' in decoded) invalid.set(key, { key, revision, why: decoded.why });
    else values.set(id!, { value: decoded.value, revision });
  }
  return values;
}

const ASSIGNMENT_KEY = currentKey(ASSIGNMENT);

function reduceAssignment(state: ClusterState, event: VersionedEvent): ClusterState {
  if (event.kind !== 'version' && event.kind !== 'invalid') return state;
  const invalid = new Map(state.invalid);
  invalid.delete(ASSIGNMENT_KEY);
  if (event.kind === 'invalid') {
    invalid.set(ASSIGNMENT_KEY, event.invalid);
    // Who replaces it must name the damaged one.
    return { ...state, invalid, assignmentRevision: event.invalid.revision };
  }
  // An etcd that was emptied is no reason to forget where devices are.
  if (event.value === undefined) return { ...state, invalid, assignmentRevision: 0 };
  const { bytes, revision } = event.value;
  const decoded = decodeAssignment(bytes);
  if ('why' in decoded) {
    invalid.set(ASSIGNMENT_KEY, { key: ASSIGNMENT_KEY, revision, why: decoded.why });
    return { ...state, invalid, assignmentRevision: revision };
  }
  return { ...state, invalid, assignment: decoded.value, assignmentRevision: revision };
}

/** Keeps removed servers as long as the assignment names them. */
function withLeaving(before: ClusterState, after: ClusterState): ClusterState {
  if (before.servers === after.servers && before.assignment === after.assignment) return after;
  const leaving = new Map<string, Server>();
  for (const id of after.assignment?.servers ?? []) {
    if (after.servers.has(id)) continue;
    const known = before.servers.get(id)?.value ?? before.leaving.get(id);
    if (known !== undefined) leaving.set(id, known);
  }
  return { ...after, leaving };
}

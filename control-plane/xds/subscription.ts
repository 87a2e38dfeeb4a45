/**
 * What one ADS stream and the control plane know of each other about one resource type: the server's side of incremental
 * xDS as a machine without I/O. Every function gives a new state and leaves the old one alone.
 * Source: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds
 */
import type { Resources } from './snapshot.ts';

/** The fields of a DeltaDiscoveryRequest that matter here; what was not sent is absent. */
export interface DeltaRequest {
  readonly resource_names_subscribe?: readonly string[];
  readonly resource_names_unsubscribe?: readonly string[];
  readonly initial_resource_versions?: Readonly<Record<string, string>>;
  readonly response_nonce?: string;
  readonly error_detail?: { readonly code?: number; readonly message?: string };
}

/** A response that is neither acknowledged nor refused yet. */
export interface Pending {
  /** Name → version. */
  readonly versions: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
  /** When it was sent, in milliseconds of the caller's clock. */
  readonly at: number;
  /** The proxy took too long: nothing waits for it any more. */
  readonly late: boolean;
}

/** A resource that the proxy refused (NACK). It is parked: not sent again before it changes. */
export interface Refusal {
  readonly version: string;
  /** The proxy's words. */
  readonly message: string;
  readonly at: number;
  /** How often in a row versions of it have been refused. */
  readonly count: number;
}

export interface Subscription {
  /** When the first request came; undefined before. */
  readonly openedAt: number | undefined;
  readonly wildcard: boolean;
  readonly names: ReadonlySet<string>;
  /** Name → the version sent last, or {@link ABSENT}. At first what the proxy says it has. */
  readonly known: ReadonlyMap<string, string>;
  /** Name → the version that the proxy has acknowledged. */
  readonly acked: ReadonlyMap<string, string>;
  /** Names that must be answered, changed or not. */
  readonly owed: ReadonlySet<string>;
  /** A wildcard subscriber waits for a response even when there is nothing to tell. */
  readonly owesAnswer: boolean;
  /** Names that a refused response shared with others: sent one by one, to learn which of them was refused. */
  readonly alone: ReadonlySet<string>;
  /** By nonce. */
  readonly pending: ReadonlyMap<string, Pending>;
  readonly parked: ReadonlyMap<string, Refusal>;
}

/** In `known`: the proxy was told that there is no such resource. */
export const ABSENT = '';

export const NO_SUBSCRIPTION: Subscription = {
  openedAt: undefined,
  wildcard: false,
  names: new Set(),
  known: new Map(),
  acked: new Map(),
  owed: new Set(),
  owesAnswer: false,
  alone: new Set(),
  pending: new Map(),
  parked: new Map(),
};

/** What a request meant, besides its subscriptions. */
export interface Outcome {
  readonly acked?: Pending;
  readonly nacked?: Pending & { readonly message: string };
  /** Its nonce is of no response that waits for an answer: it acknowledges nothing. */
  readonly stale: boolean;
}

interface Draft {
  openedAt: number | undefined;
  wildcard: boolean;
  names: Set<string>;
  known: Map<string, string>;
  acked: Map<string, string>;
  owed: Set<string>;
  owesAnswer: boolean;
  alone: Set<string>;
  pending: Map<string, Pending>;
  parked: Map<string, Refusal>;
}

function draftOf(state: Subscription): Draft {
  return {
    ...state,
    names: new Set(state.names),
    known: new Map(state.known),
    acked: new Map(state.acked),
    owed: new Set(state.owed),
    alone: new Set(state.alone),
    pending: new Map(state.pending),
    parked: new Map(state.parked),
  };
}

const isWanted = (state: Pick<Subscription, 'wildcard' | 'names'>, name: string): boolean =>
  state.wildcard || state.names.has(name);

/**
 * A request has come.
 *
 * @param legacyWildcard whether a first request without names means all resources, as it does for LDS and CDS
 */
export function receive(
  state: Subscription,
  request: DeltaRequest,
  at: number,
  legacyWildcard = false,
): { state: Subscription; outcome: Outcome } {
  const draft = draftOf(state);
  const outcome = settle(draft, request, at);
  subscribe(draft, request, legacyWildcard);
  draft.openedAt ??= at;
  return { state: draft, outcome };
}

function settle(draft: Draft, request: DeltaRequest, at: number): Outcome {
  const nonce = request.response_nonce ?? '';
  if (nonce === '') return { stale: false };
  const response = draft.pending.get(nonce);
  if (response === undefined) return { stale: true };
  draft.pending.delete(nonce);
  if (request.error_detail === undefined) {
    for (const [name, version] of response.versions) {
      if (!isWanted(draft, name)) continue;
      draft.acked.set(name, version);
      draft.parked.delete(name);
    }
    for (const name of response.removed) {
      draft.acked.delete(name);
      draft.parked.delete(name);
    }
    return { stale: false, acked: response };
  }
  const message = request.error_detail.message ?? '';
  const sent = [...response.versions].filter(([name]) => isWanted(draft, name));
  for (const [name, version] of sent) {
    if (response.versions.size > 1) {
      // A newer version that is under way answers for itself.
      if (draft.known.get(name) !== version) continue;
      draft.alone.add(name);
      draft.known.delete(name);
    } else {
      const count = (draft.parked.get(name)?.count ?? 0) + 1;
      draft.parked.set(name, { version, message, at, count });
    }
  }
  return { stale: false, nacked: { ...response, message } };
}

function subscribe(draft: Draft, request: DeltaRequest, legacyWildcard: boolean): void {
  const first = draft.openedAt === undefined;
  const names = request.resource_names_subscribe ?? [];
  if (first) {
    draft.known = new Map(Object.entries(request.initial_resource_versions ?? {}));
    draft.acked = new Map(draft.known);
  }
  const has = draft.known.size > 0;
  // Unsubscribed first: a name in both lists was dropped and is wanted again, so it must be sent again.
  for (const name of request.resource_names_unsubscribe ?? []) unsubscribe(draft, name);
  if (names.includes('*') || (first && legacyWildcard && names.length === 0)) {
    draft.wildcard = true;
    // Who comes back with what it has waits for nothing.
    draft.owesAnswer = !(first && has);
  }
  for (const name of names) {
    if (name === '*') continue;
    draft.names.add(name);
    // Asked for again on a stream it is owed even unchanged: the proxy may have dropped it meanwhile.
    if (!first || !draft.known.has(name)) draft.owed.add(name);
  }
  // Left over by names that the proxy has and wants no more.
  if (first) for (const name of draft.known.keys()) if (!isWanted(draft, name)) forget(draft, name);
}

function unsubscribe(draft: Draft, name: string): void {
  if (name === '*') {
    draft.wildcard = false;
    draft.owesAnswer = false;
    for (const known of [...draft.known.keys()]) if (!draft.names.has(known)) forget(draft, known);
    return;
  }
  draft.names.delete(name);
  // Under a wildcard the proxy cannot tell whether the resource stays: it must be told.
  if (draft.wildcard && draft.known.has(name)) draft.owed.add(name);
  else forget(draft, name);
}

function forget(draft: Draft, name: string): void {
  for (const of of [draft.known, draft.acked, draft.owed, draft.alone, draft.parked]) of.delete(name);
}

/** A change that the proxy is to be told. */
export interface Change {
  readonly name: string;
  /** The version to send; undefined: to be told that there is no such resource. */
  readonly version: string | undefined;
  /** Asked for; not asked, it may wait for others. */
  readonly owed: boolean;
}

/** What the proxy has not been told yet, in the order of the resources. */
export function dueChanges(state: Subscription, resources: Resources): Change[] {
  if (state.openedAt === undefined) return [];
  const changes: Change[] = [];
  const look = (name: string): void => {
    const version = resources.get(name)?.version;
    const owed = state.owed.has(name);
    const known = state.known.get(name);
    if (!owed && known === (version ?? ABSENT)) return;
    changes.push({ name, version, owed });
  };
  if (state.wildcard) {
    for (const name of resources.keys()) look(name);
    for (const name of new Set([...state.known.keys(), ...state.names, ...state.owed])) {
      if (!resources.has(name)) look(name);
    }
  } else {
    for (const name of state.names) look(name);
  }
  return changes;
}

/** Whether a response with this name is on its way and not late. */
export function isUnderWay(state: Subscription, name: string): boolean {
  for (const response of state.pending.values()) {
    if (!response.late && (response.versions.has(name) || response.removed.includes(name))) return true;
  }
  return false;
}

/** A response with these changes goes out under `nonce`. */
export function sent(
  state: Subscription,
  nonce: string,
  changes: readonly Pick<Change, 'name' | 'version'>[],
  at: number,
): Subscription {
  const draft = draftOf(state);
  const versions = new Map<string, string>();
  const removed: string[] = [];
  for (const { name, version } of changes) {
    draft.owed.delete(name);
    draft.alone.delete(name);
    if (version !== undefined) {
      versions.set(name, version);
      draft.known.set(name, version);
    } else {
      removed.push(name);
      if (draft.names.has(name)) draft.known.set(name, ABSENT);
      else draft.known.delete(name);
    }
  }
  draft.owesAnswer = false;
  draft.pending.set(nonce, { versions, removed, at, late: false });
  return draft;
}

/** These names are owed, if they are subscribed to. */
export function owe(state: Subscription, names: Iterable<string>): Subscription {
  const wanted = [...names].filter((name) => isWanted(state, name));
  return wanted.length === 0 ? state : { ...state, owed: new Set([...state.owed, ...wanted]) };
}

/** Marks as late what was sent at `before` or earlier and has no answer yet; `late` holds it. */
export function markLate(
  state: Subscription,
  before: number,
): { state: Subscription; late: readonly Pending[] } {
  const late = [...state.pending].filter(([, response]) => !response.late && response.at <= before);
  if (late.length === 0) return { state, late: [] };
  const pending = new Map(state.pending);
  for (const [nonce, response] of late) pending.set(nonce, { ...response, late: true });
  return { state: { ...state, pending }, late: late.map(([, response]) => response) };
}

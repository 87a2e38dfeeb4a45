/**
 * One ADS stream, all its types: what is to be sent next, by the rules of `ordering.ts`. A machine without I/O, as
 * `subscription.ts`. Nothing is queued: what is due is found anew from the latest snapshot each time, so that a slow
 * proxy is sent the latest of everything, once.
 */
import { ORDER, ruleOf, type TypeRule } from './ordering.ts';
import type { Push } from './response.ts';
import { NO_RESOURCES, type Snapshot } from './snapshot.ts';
import {
  ABSENT,
  dueChanges,
  isUnderWay,
  markLate,
  NO_SUBSCRIPTION,
  owe,
  receive as receiveOne,
  sent as sentOne,
  type Change,
  type DeltaRequest,
  type Outcome,
  type Pending,
  type Subscription,
} from './subscription.ts';

/** By type URL. */
export type Delivery = ReadonlyMap<string, Subscription>;

export const NO_DELIVERY: Delivery = new Map();

/** A proxy has not answered a response in time. */
export interface Late extends Pending {
  readonly typeUrl: string;
}

/** A request of the proxy has come. */
export function receive(
  delivery: Delivery,
  typeUrl: string,
  request: DeltaRequest,
  at: number,
): { delivery: Delivery; outcome: Outcome } {
  const before = delivery.get(typeUrl) ?? NO_SUBSCRIPTION;
  const legacyWildcard = ruleOf(typeUrl).legacyWildcard ?? false;
  const { state, outcome } = receiveOne(before, request, at, legacyWildcard);
  return { delivery: new Map(delivery).set(typeUrl, state), outcome };
}

/**
 * The next response, or undefined when there is nothing to send now.
 *
 * @param patience milliseconds that anything waits for an acknowledgement
 */
export function nextPush(
  delivery: Delivery,
  snapshot: Snapshot,
  now: number,
  patience: number,
): Push | undefined {
  for (const rule of rulesOf(delivery)) {
    const state = delivery.get(rule.type);
    if (state === undefined) continue;
    const resources = snapshot.get(rule.type) ?? NO_RESOURCES;
    const may = gate(delivery, snapshot, rule, now, patience);
    const changes = dueChanges(state, resources).filter(
      (change) => may(change) && (change.owed || !isUnderWay(state, change.name)),
    );
    if (changes.length === 0 && !state.owesAnswer) continue;
    const single = changes.find(({ name, version }) => version !== undefined && state.alone.has(name));
    const chosen = single === undefined ? changes : [single];
    return {
      typeUrl: rule.type,
      resources: chosen.flatMap(({ name }) => resources.get(name) ?? []),
      removed: chosen.filter(({ version }) => version === undefined).map(({ name }) => name),
    };
  }
  return undefined;
}

/** The response of {@link nextPush} goes out under `nonce`. */
export function sent(delivery: Delivery, push: Push, nonce: string, at: number): Delivery {
  const next = new Map(delivery);
  const changes = [
    ...push.resources.map(({ name, version }) => ({ name, version })),
    ...push.removed.map((name) => ({ name, version: undefined })),
  ];
  next.set(push.typeUrl, sentOne(next.get(push.typeUrl) ?? NO_SUBSCRIPTION, nonce, changes, at));
  for (const { type, againWith } of ORDER) {
    const state = next.get(type);
    if (againWith !== push.typeUrl || state === undefined) continue;
    const names = push.resources.map(({ name }) => name).filter((name) => state.names.has(name));
    next.set(type, owe(state, names));
  }
  return next;
}

/**
 * Marks the responses that were not answered within `patience`; they are named in `late`, once. `nextAt` is when time
 * alone changes something next.
 */
export function expire(
  delivery: Delivery,
  now: number,
  patience: number,
): { delivery: Delivery; late: readonly Late[]; nextAt: number | undefined } {
  let next = delivery;
  const late: Late[] = [];
  let nextAt = Infinity;
  for (const [typeUrl, before] of delivery) {
    const { state, late: found } = markLate(before, now - patience);
    if (found.length > 0) next = new Map(next).set(typeUrl, state);
    for (const response of found) late.push({ ...response, typeUrl });
    for (const response of state.pending.values()) {
      if (!response.late) nextAt = Math.min(nextAt, response.at + patience);
    }
    // So long a new stream waits for requests of other types.
    const settled = (state.openedAt ?? now) + patience;
    if (settled > now) nextAt = Math.min(nextAt, settled);
  }
  return { delivery: next, late, nextAt: nextAt === Infinity ? undefined : nextAt };
}

function* rulesOf(delivery: Delivery): Generator<TypeRule> {
  yield* ORDER;
  for (const type of delivery.keys()) if (!ORDER.includes(ruleOf(type))) yield ruleOf(type);
}

/** Says which changes of a type may go now. */
function gate(
  delivery: Delivery,
  snapshot: Snapshot,
  rule: TypeRule,
  now: number,
  patience: number,
): (change: Change) => boolean {
  const state = delivery.get(rule.type) ?? NO_SUBSCRIPTION;
  let sets: boolean | undefined;
  let removals: boolean | undefined;
  // A proxy that comes back asks for one type after the other: what refers to a resource may not have been asked for yet.
  const isSettled = now >= (state.openedAt ?? now) + patience;
  return ({ name, version, owed }) => {
    if (version === undefined) {
      // That there is none is said at once to who asks; what a proxy has is taken away with care.
      const has = (state.known.get(name) ?? ABSENT) !== ABSENT;
      return (
        owed ||
        !has ||
        (removals ??= rule.removedAfter.every((type) =>
          delivery.has(type) ? isDone(delivery, snapshot, type) : isSettled,
        ))
      );
    }
    sets ??= rule.after.every((type) => !isSetUnderWay(delivery, type));
    return (
      sets &&
      (rule.first ?? []).every((first) => isFirstDone(state, snapshot, rule, first, name, now, patience))
    );
  };
}

function isSetUnderWay(delivery: Delivery, type: string): boolean {
  for (const { late, versions } of delivery.get(type)?.pending.values() ?? []) {
    if (!late && versions.size > 0) return true;
  }
  return false;
}

/** Whether the proxy has the latest of a type, as far as it takes it at all. */
function isDone(delivery: Delivery, snapshot: Snapshot, type: string): boolean {
  const state = delivery.get(type);
  if (state === undefined) return true;
  for (const { late } of state.pending.values()) if (!late) return false;
  const resources = snapshot.get(type) ?? NO_RESOURCES;
  // What was refused is still in force as it was, and refers to what it referred to.
  for (const [name, { version }] of state.parked) if (resources.get(name)?.version === version) return false;
  return dueChanges(state, resources).length === 0;
}

function isFirstDone(
  state: Subscription,
  snapshot: Snapshot,
  rule: TypeRule,
  first: string,
  name: string,
  now: number,
  patience: number,
): boolean {
  const wanted = snapshot.get(rule.type)?.get(first);
  if (first === name || wanted === undefined) return true;
  if (!state.wildcard && !state.names.has(first)) {
    // It will be asked for soon: its listener comes with the others.
    return now >= (state.openedAt ?? now) + patience;
  }
  const isRefused = state.parked.get(first)?.version === wanted.version;
  return state.known.get(first) === wanted.version && !isRefused && !isUnderWay(state, first);
}

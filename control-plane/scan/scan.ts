/**
 * One look of the leader at where all devices sit: which organizations are split, why, and which of their devices can be
 * sent home. Pure.
 *
 * What is wrong is found by the exact counts of slots, and healed slot by slot; organizations that the reports name are
 * told by name. Pinned organizations are healed one by one.
 */
import { MOST_NAMED, type Found, type ScanRecord, type Trigger, type Why } from '../model/index.ts';
import { serverOf } from '../placement/assignment.ts';
import { slotOf } from '../placement/slot.ts';
import {
  judge,
  paceMs,
  seenServers,
  type Circumstances,
  type Judgement,
  type ScannedProxy,
} from './judge.ts';
import {
  inForce,
  MOST_ATTEMPTS,
  ordered,
  orderKey,
  type HealTarget,
  type OrderBook,
  type Ordered,
} from './orders.ts';
import { misplaced, type Misplaced, type ScannedFleet } from './places.ts';
import { Relocations, type Relocation } from './relocations.ts';

/** Orders that are in force at once. */
export const MOST_ORDERS = 4_096;
/** When those are looked at again that did not fit in. Milliseconds. */
const LATER_MS = 30_000;
const NAMED_PROXIES = 5;
const NAMED_SEATS = 8;

export interface ScanInput extends Omit<Circumstances, 'drainSince'> {
  /** Since when connections may follow the last move of a target; undefined: they may not yet. */
  readonly drainSince: (target: HealTarget) => number | undefined;
  readonly fleet: ScannedFleet;
  /** The orders of earlier scans. */
  readonly book: OrderBook;
  /** The replica that leads. */
  readonly by: string;
  readonly trigger: Trigger;
  /** Replicas that have not told of their proxies. */
  readonly missing: readonly string[];
  readonly wallClockMs: number;
  /** Default `MOST_ORDERS`. */
  readonly mostOrders?: number;
}

/** A server that a proxy has not reached since then, although devices of its own belong there. */
export interface Unreached {
  readonly proxy: string;
  readonly server: string;
  /** In milliseconds of the leader's clock. */
  readonly since: number;
}

export interface ScanOutcome {
  readonly record: ScanRecord;
  readonly book: OrderBook;
  readonly unreached: readonly Unreached[];
  /** In the order of the slots. */
  readonly relocations: readonly Relocation[];
  /** When time alone may let something be healed; undefined: it does not. */
  readonly wakeAt: number | undefined;
}

/** Devices of one target on one wrong server, judged. */
interface Case {
  readonly judgement: Judgement;
  readonly byProxy: ReadonlyMap<string, Judgement>;
}

export function scanFleet(input: ScanInput): ScanOutcome {
  return new Scan(input).outcome();
}

class Scan {
  private readonly proxies = new Map<string, ScannedProxy>();
  private readonly book = new Map<string, Ordered>();
  /** By `orderKey`. */
  private readonly cases = new Map<string, Case>();
  private readonly unreached = new Map<string, Unreached>();
  private readonly relocations = new Relocations();
  /** Orders in force, these and those of earlier scans. */
  private inForce = 0;
  private wakeAt = Infinity;
  private readonly found: Found[] = [];
  private unnamed = 0;
  private orderedHome = 0;
  private readonly left: Partial<Record<Why, number>> = {};

  constructor(private readonly input: ScanInput) {
    const { fleet, now, book, assignment } = input;
    this.inForce = inForce(book, assignment, now).length;
    for (const { id, applied, connections, facts } of fleet.listProxies(now)) {
      const sightings = fleet.view(id);
      const view = sightings && seenServers(sightings);
      this.proxies.set(id, { applied, connections, workers: facts?.workers, view });
    }
  }

  outcome(): ScanOutcome {
    const { by, trigger, missing, wallClockMs, book } = this.input;
    const wrong = misplaced(this.input.fleet, this.input.assignment);
    for (const one of wrong) {
      const through = this.input.fleet.slotProxies(one);
      for (const { target, to } of one.homes) this.open(target, one.server, to, through);
    }
    const told = this.tellOrganizations();
    for (const one of wrong) this.tellSlot(one, told.get(`${one.slot} ${one.server}`) ?? 0);
    let healed = 0;
    for (const key of book.keys()) if (!this.cases.has(key)) healed++;
    const record: ScanRecord = {
      at: Math.round(wallClockMs),
      by,
      trigger,
      found: this.found,
      unnamed: this.unnamed,
      ordered: this.orderedHome,
      healed,
      left: this.left,
      missing: [...missing],
    };
    const wakeAt = this.wakeAt === Infinity ? undefined : this.wakeAt;
    const unreached = [...this.unreached.values()];
    return { record, book: this.book, unreached, relocations: this.relocations.list(), wakeAt };
  }

  // --- what is to be done ----------------------------------------------------------------------------------------------

  /** Judges the devices of a target on a wrong server, and orders home those that can go. */
  private open(
    target: HealTarget,
    from: string,
    to: string | undefined,
    through: readonly { readonly proxy: string }[],
  ): void {
    const key = orderKey(target, from);
    if (this.cases.has(key)) return;
    const circumstances = { ...this.input, drainSince: this.input.drainSince(target) };
    const judged = new Map(
      through.map(({ proxy }) => [proxy, judge(from, to, proxy, this.proxies.get(proxy), circumstances)]),
    );
    for (const [proxy, { why }] of judged) this.noteUnreached(proxy, to, why);
    const byProxy = to === undefined ? judged : this.relocations.note(target, to, judged);
    const able = [...byProxy].filter(([, { action }]) => action === 'heal').map(([proxy]) => proxy);
    const held = able.length > 0 && to !== undefined ? this.order(key, target, from, to, able) : undefined;
    if (held !== undefined) for (const proxy of able) byProxy.set(proxy, held);
    const before = this.input.book.get(key);
    if (before !== undefined && !this.book.has(key)) this.book.set(key, before);
    for (const { until } of byProxy.values()) this.wakeAt = Math.min(this.wakeAt, until ?? Infinity);
    this.cases.set(key, { judgement: foremost([...byProxy.values()]), byProxy });
  }

  /** @returns why not now, if it is not ordered */
  private order(
    key: string,
    target: HealTarget,
    from: string,
    to: string,
    proxies: readonly string[],
  ): Judgement | undefined {
    const { drainPerSecond, longestDrainWindowMs, now, wallClockMs, mostOrders } = this.input;
    const before = this.input.book.get(key);
    if (before?.order.to === to && now < before.againAt) {
      const refused = before.attempts >= MOST_ATTEMPTS && now >= before.expiresAt;
      const detail = refused
        ? `devices came back to ${from} after ${before.attempts} orders to go to ${to}`
        : `devices on ${from} have been ordered to ${to}`;
      return { why: refused ? 'refused' : 'fallback', action: 'wait', detail, until: before.againAt };
    }
    if (this.inForce >= (mostOrders ?? MOST_ORDERS)) {
      const detail = `others go first: ${this.inForce} orders are in force`;
      return { why: 'fallback', action: 'wait', detail, until: now + LATER_MS };
    }
    this.inForce++;
    const pace = Math.max(...proxies.map((id) => paceMs(this.proxies.get(id)!, drainPerSecond)));
    // What a device announced as its keepalive is known to its proxy alone: each has the longest window there may be.
    const lastsMs = longestDrainWindowMs + pace;
    const issue = { target, from, to, proxies, lastsMs, now, wallClockMs };
    const entry = ordered(before, issue);
    this.book.set(key, entry);
    this.wakeAt = Math.min(this.wakeAt, entry.againAt);
    return undefined;
  }

  private noteUnreached(proxy: string, server: string | undefined, why: Why): void {
    const seen = server === undefined ? undefined : this.proxies.get(proxy)?.view?.get(server);
    if (why !== 'partition' || server === undefined || seen === undefined) return;
    this.unreached.set(`${proxy} ${server}`, { proxy, server, since: seen.since });
  }

  // --- what is told ----------------------------------------------------------------------------------------------------

  /**
   * Split organizations, and pinned ones that are elsewhere.
   *
   * @returns for each slot and server how many connections are told of
   */
  private tellOrganizations(): Map<string, number> {
    const { fleet, assignment } = this.input;
    const told = new Map<string, number>();
    const split = new Set<string>();
    const pins: string[] = [];
    for (const { organization } of fleet.splits()) split.add(organization);
    for (const [organization, server] of assignment.pins) {
      const seats = fleet.seatsOf(organization);
      if (seats.length > 1 || seats.some((seat) => seat.server !== server)) pins.push(organization);
    }
    for (const organization of pins) split.delete(organization);
    for (const organization of [...pins.sort(), ...[...split].sort()]) {
      const slot = slotOf(organization);
      for (const { server, connections } of fleet.seatsOf(organization)) {
        const key = `${slot} ${server}`;
        told.set(key, (told.get(key) ?? 0) + connections);
      }
      this.tellOrganization(organization, slot, assignment.pins.has(organization));
    }
    return told;
  }

  private tellOrganization(organization: string, slot: number, pinned: boolean): void {
    const { fleet, assignment, now } = this.input;
    const to = serverOf(assignment, organization);
    const isNamed = this.found.length < MOST_NAMED;
    // Who sits where takes long to tell: only for those that are named, and for those that are healed one by one.
    const seats =
      isNamed || pinned
        ? (fleet.organization(organization, now)?.seats ?? [])
        : fleet.seatsOf(organization).map((seat) => ({ ...seat, proxies: [] }));
    const judgements: Judgement[] = [];
    for (const { server, proxies } of seats) {
      if (server === to) continue;
      const target = pinned ? { organization } : { slot };
      if (pinned) this.open(target, server, to, proxies);
      const known = this.cases.get(orderKey(target, server));
      const own = proxies.flatMap(({ proxy }) => known?.byProxy.get(proxy) ?? []);
      if (own.length > 0) judgements.push(...own);
      else if (known) judgements.push(known.judgement);
    }
    // Its connections were taken for pinned ones, or no longer are: what a slot's count says decides.
    const judgement = foremost(judgements);
    this.tell({ organization, slot }, seats, to, judgement);
  }

  /** What the organizations that are told by name do not account for. */
  private tellSlot({ slot, server, connections, homes }: Misplaced, told: number): void {
    const [{ target, to } = { target: { slot }, to: undefined }] = homes;
    const known = this.cases.get(orderKey(target, server));
    if (connections <= told || known === undefined) return;
    const proxies = [...known.byProxy.keys()].map((proxy) => ({ proxy }));
    this.tell({ slot }, [{ server, connections: connections - told, proxies }], to, known.judgement);
  }

  private tell(
    what: Pick<Found, 'organization' | 'slot'>,
    seats: readonly {
      readonly server: string;
      readonly connections: number;
      readonly proxies: readonly { readonly proxy: string }[];
    }[],
    to: string | undefined,
    { why, action, detail }: Judgement,
  ): void {
    if (action === 'heal') this.orderedHome++;
    else this.left[why] = (this.left[why] ?? 0) + 1;
    if (this.found.length >= MOST_NAMED) {
      this.unnamed++;
      return;
    }
    const servers = [...seats]
      .sort((a, b) => b.connections - a.connections)
      .slice(0, NAMED_SEATS)
      .map(({ server, connections, proxies }) => ({
        server,
        connections,
        proxies: proxies.slice(0, NAMED_PROXIES).map(({ proxy }) => proxy),
        proxiesLeft: Math.max(0, proxies.length - NAMED_PROXIES),
      }));
    this.found.push({ ...what, servers, assigned: to ?? null, why, action, detail });
  }
}

/** Where several things are to be said: what is done comes first, then what nothing but a change of the world can mend. */
const ORDER: readonly Why[] = [
  'partition',
  'dead server',
  'refused',
  'stale proxy',
  'no view',
  'suspect server',
  'fallback',
  'drain',
  'no server',
];

const JUST_NOW: Judgement = {
  why: 'drain',
  action: 'wait',
  detail: 'reports of it are still coming in',
  until: undefined,
};

function foremost(judgements: readonly Judgement[]): Judgement {
  const rank = ({ why, action }: Judgement): number =>
    action === 'move' ? -2 : action === 'heal' ? -1 : ORDER.indexOf(why);
  const [first, ...others] = [...judgements].sort((a, b) => rank(a) - rank(b));
  if (first === undefined) return JUST_NOW;
  const details = [...new Set([first, ...others].map(({ detail }) => detail))];
  const more = details.length > 3 ? `; and ${details.length - 3} more reasons` : '';
  return { ...first, detail: details.slice(0, 3).join('; ') + more };
}

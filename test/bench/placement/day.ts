/** A simulated day: a round each minute, on loads as they are smoothed, judged by the loads as they are. */
import { balanceOf } from './balance.ts';
import { DayLoad } from './day-load.ts';
import type { DayOptions } from './day-load.ts';
import { movedBetween, numbersTo, sum } from './placer.ts';
import type { Contender, Placement } from './placer.ts';
import type { World } from './world.ts';

/** Servers that come and go. In minutes. */
export interface DayEvents {
  /** One dies. */
  readonly lost: number;
  /** It is back. */
  readonly found: number;
  /** Another one joins. */
  readonly joins: number;
}

export const FULL_EVENTS: DayEvents = { lost: 9 * 60, found: 10 * 60, joins: 17 * 60 };

/** Of the moving average that smooths what the planner sees. In minutes. */
const HALF_LIFE = 1;

/** Rounds before the day, so that it begins settled. */
const ROUNDS_BEFORE = 30;

export interface Minute {
  readonly minute: number;
  readonly connections: number;
  /** Worst over mean after the round, with the loads of this minute. */
  readonly worstOverMean: number;
  /** The same of what the servers have besides organizations above the mean. */
  readonly besidesWorstOverMean: number;
  /** Connections that the round moved. */
  readonly moved: number;
  /** Connections that a death moved. */
  readonly lost: number;
  /** By server: its load over the mean of all living; NaN: it is not living. */
  readonly loads: Float64Array;
}

export interface DayResult {
  readonly contender: string;
  readonly minutes: readonly Minute[];
}

export function simulateDay(
  contender: Contender,
  world: World,
  options: DayOptions,
  events: DayEvents,
): DayResult {
  const load = new DayLoad(world, options);
  const placer = contender.start(world.organizations, world.servers + 1);
  const lostServer = Math.floor(world.servers / 2);
  let smoothed = world.connections.slice();
  let placement: Placement = placer.round(numbersTo(world.servers), smoothed);
  for (let i = 0; i < ROUNDS_BEFORE; i++) placement = placer.round(numbersTo(world.servers), smoothed);
  const keep = 0.5 ** (1 / HALF_LIFE);
  const minutes: Minute[] = [];
  for (let minute = 0; minute < options.minutes; minute++) {
    const connections = load.at(minute);
    const isGone = minute >= events.lost && minute < events.found;
    const living = numbersTo(world.servers + (minute >= events.joins ? 1 : 0)).filter(
      (server) => !(isGone && server === lostServer),
    );
    let lost = 0;
    if (minute === events.lost && placer.lost !== undefined) {
      const fallen = placer.lost(lostServer, living, connections);
      lost = movedBetween(placement, fallen, connections);
      placement = fallen;
    }
    smoothed = smoothed.map((value, i) => value * keep + connections[i]! * (1 - keep));
    const next = placer.round(living, smoothed);
    const { worstOverMean, besidesWorstOverMean } = balanceOf({ placement: next, connections, living });
    minutes.push({
      minute,
      connections: sum(connections),
      worstOverMean,
      besidesWorstOverMean,
      moved: movedBetween(placement, next, connections),
      lost,
      loads: loadsOf(next, connections, living, world.servers + 1),
    });
    placement = next;
  }
  return { contender: contender.name, minutes };
}

function loadsOf(
  placement: Placement,
  connections: Float64Array,
  living: readonly number[],
  servers: number,
): Float64Array {
  const loads = new Float64Array(servers).fill(NaN);
  for (const server of living) loads[server] = 0;
  placement.forEach((server, i) => (loads[server]! += connections[i]!));
  const mean = sum(connections) / living.length;
  return loads.map((value) => value / mean);
}

export interface DaySummary {
  /** Share of the time. */
  readonly timeOver: number;
  /** The same by what the servers have besides organizations above the mean. */
  readonly besidesTimeOver: number;
  /** Shares of all connections, by hour: the mean and the worst hour. What a death moved is left out. */
  readonly stable: { readonly mean: number; readonly worst: number };
  readonly drift: { readonly mean: number; readonly worst: number };
  /** Share of the connections that the death moved. */
  readonly lost: number;
}

/** @param over worst over mean above which time counts */
export function summaryOf({ minutes }: DayResult, { flat }: DayOptions, over: number): DaySummary {
  const hours: number[] = [];
  for (let start = 0; start < minutes.length; start += 60) {
    const hour = minutes.slice(start, start + 60);
    // The last one may be shorter.
    const share = sum(hour.map(({ moved, connections }) => moved / connections));
    hours.push((share * 60) / hour.length);
  }
  const judge = (part: number[]): { mean: number; worst: number } => ({
    mean: part.length === 0 ? 0 : sum(part) / part.length,
    worst: Math.max(0, ...part),
  });
  const share = (isOver: (minute: Minute) => boolean): number =>
    minutes.filter(isOver).length / minutes.length;
  return {
    timeOver: share(({ worstOverMean }) => worstOverMean > over),
    besidesTimeOver: share(({ besidesWorstOverMean }) => besidesWorstOverMean > over),
    stable: judge(hours.slice(0, Math.floor(flat / 60))),
    drift: judge(hours.slice(Math.floor(flat / 60))),
    lost: sum(minutes.map(({ lost, connections }) => lost / connections)),
  };
}

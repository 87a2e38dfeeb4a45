/**
 * Connections of each organization in each minute of a day: its own curve from half to one and a half times its size, growth,
 * bursts of single organizations, and devices that come and go.
 *
 * The curves of three regions lie hours apart, so that the total hardly changes while organizations do all the time. The first
 * hours are flat but for devices that come and go: what is stable shall stay so.
 */
import { Random } from '../../../protocol-filters/fuzz/random.ts';
import { largest } from './balance.ts';
import type { World } from './world.ts';

const HOUR = 60;

export interface DayOptions {
  /** In minutes. */
  readonly minutes: number;
  /** So long nothing changes but that devices come and go. In minutes. */
  readonly flat: number;
  readonly bursts: number;
  readonly seed: number;
}

export const FULL_DAY: DayOptions = { minutes: 24 * HOUR, flat: 4 * HOUR, bursts: 8, seed: 1 };

/** Where organizations are: their share, and when their day begins. In minutes. */
const REGIONS = [
  { share: 0.5, start: 0 },
  { share: 0.3, start: 6 * HOUR },
  { share: 0.2, start: 16 * HOUR },
];

/** Highest growth of an organization in 24 hours: from none to this share of its size. */
const GROWTH = 0.2;

/** Which ranks burst, the largest being 0, by how much, and for how long. In minutes. */
const BURST_RANKS = { from: 20, to: 200 };
const BURST_FACTOR = { from: 3, to: 8 };
const BURST_RAMP = 10;
const BURST_HOLD = 30;

/** A whole curve after the flat hours takes so long. In minutes. */
const DAY = 24 * HOUR;
/** So long the curves set in after the flat hours: no jump. In minutes. */
const ONSET = 2 * HOUR;

export interface Burst {
  readonly organization: number;
  /** Minute in which it begins. */
  readonly at: number;
  /** At its height: times its connections. */
  readonly factor: number;
}

export class DayLoad {
  readonly bursts: readonly Burst[];
  private readonly options: DayOptions;
  private readonly sizes: Float64Array;
  private readonly starts: Float64Array;
  private readonly growth: Float64Array;
  private readonly noise: Random;

  constructor({ connections }: World, options: DayOptions) {
    this.options = options;
    this.sizes = connections;
    this.noise = new Random(options.seed, 1);
    const random = new Random(options.seed, 2);
    const fraction = (): number => random.next() / 2 ** 32;
    this.starts = Float64Array.from(connections, () => startOf(fraction()) + (fraction() * 2 - 1) * HOUR);
    this.growth = Float64Array.from(connections, () => fraction() * GROWTH);
    const order = largest(connections, BURST_RANKS.to);
    const { minutes, flat, bursts } = options;
    const room = minutes - flat - BURST_HOLD - 2 * BURST_RAMP;
    this.bursts = Array.from({ length: bursts }, (_, i) => ({
      organization: order[random.between(BURST_RANKS.from, Math.min(BURST_RANKS.to, order.length) - 1)]!,
      at: flat + Math.floor((room * (i + fraction())) / bursts),
      factor: BURST_FACTOR.from + fraction() * (BURST_FACTOR.to - BURST_FACTOR.from),
    }));
  }

  /** Whole numbers, by organization. The minutes have to be asked for in their order: noise is drawn anew for each. */
  at(minute: number): Float64Array {
    const { flat } = this.options;
    const onset = Math.min(1, Math.max(0, minute - flat) / ONSET);
    const grown = Math.max(0, minute - flat) / DAY;
    const loads = this.sizes.map((size, i) => {
      const curve = 1 + 0.5 * onset * Math.sin((2 * Math.PI * (minute - flat - this.starts[i]!)) / DAY);
      return size * curve * (1 + this.growth[i]! * grown);
    });
    for (const { organization, at, factor } of this.bursts) {
      loads[organization]! *= 1 + (factor - 1) * burstHeight(minute - at);
    }
    return loads.map((load) => this.comeAndGo(load));
  }

  /** About as many more or fewer as a Poisson process of that mean has: the sum of twelve draws is nearly normal. */
  private comeAndGo(load: number): number {
    let draws = -6;
    for (let i = 0; i < 3; i++) {
      const bits = this.noise.next();
      for (let j = 0; j < 4; j++) draws += (((bits >>> (8 * j)) & 0xff) + 0.5) / 256;
    }
    return Math.max(0, Math.round(load + Math.sqrt(load) * draws));
  }
}

function startOf(draw: number): number {
  let left = draw;
  for (const { share, start } of REGIONS) {
    if (left < share) return start;
    left -= share;
  }
  return REGIONS[0]!.start;
}

/** From 0 up to 1, a while at 1, and down again; minutes since it began. */
export function burstHeight(since: number): number {
  if (since <= 0) return 0;
  if (since < BURST_RAMP) return since / BURST_RAMP;
  const past = since - BURST_RAMP - BURST_HOLD;
  return past <= 0 ? 1 : Math.max(0, 1 - past / BURST_RAMP);
}

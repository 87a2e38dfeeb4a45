/** Which numbers of an endpoint become which dimensions of the load. Pure. */
import { Rate } from '../rate.ts';
import { loadOf, merged, usage, type Load } from '../usage.ts';
import { problemOf, type Measurement } from '../meter.ts';

/** @typeParam P says where a number stands: a pointer, a selector */
export interface Wanted<P> {
  /** `cpu` (cores), `memory` (bytes), `connections`, or a name of the server's own. */
  readonly name: string;
  readonly at: P;
  /** The number only grows: its growth in a second is meant. */
  readonly isRate: boolean;
  /** Where its limit stands. */
  readonly limit?: P;
}

/** `rate(x)` or `x`. */
export function unwrapRate(text: string): { readonly inner: string; readonly isRate: boolean } {
  const [, inner] = /^rate\((.*)\)$/s.exec(text) ?? [];
  return { inner: inner ?? text, isRate: inner !== undefined };
}

/** Takes the wanted numbers out of one answer after the other. */
export class Wishes<P> {
  private readonly rates: ReadonlyMap<string, Rate>;

  constructor(private readonly wanted: readonly Wanted<P>[]) {
    this.rates = new Map(wanted.filter(({ isRate }) => isRate).map(({ name }) => [name, new Rate()]));
  }

  /**
   * @param find what stands there, of whatever type; throws what is wrong with it
   * @param describe a place, for messages
   * @param at seconds by a clock that never goes back
   */
  from(find: (at: P) => unknown, describe: (at: P) => string, at: number): Measurement {
    const loads: Load[] = [];
    const problems: Measurement['problems'][number][] = [];
    for (const { name, at: place, limit } of this.wanted) {
      try {
        const what = `${name} (${describe(place)})`;
        const read = usage(what, find(place), limit === undefined ? undefined : find(limit));
        const rate = this.rates.get(name);
        const used = rate === undefined ? read.used : rate.of(read.used, at);
        if (used !== undefined) loads.push(loadOf(name, { ...read, used }));
      } catch (error) {
        problems.push(problemOf(error));
      }
    }
    return { load: merged(loads), problems };
  }
}

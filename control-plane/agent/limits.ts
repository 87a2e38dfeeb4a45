/** Limits that a person gives. */
import { measure, type Meter } from './meter.ts';
import { loadOf, merged, type Usage } from './usage.ts';

/** @param limits by the dimension's name, in its unit; they come before those that are measured */
export function withLimits(meter: Meter, limits: ReadonlyMap<string, number>): Meter {
  if (limits.size === 0) return meter;
  return async () => {
    const { load, problems } = await measure(meter);
    const { custom = {}, ...standard } = load;
    const all = Object.entries<Usage | undefined>({ ...custom, ...standard }).map(([name, value]) => {
      const limit = limits.get(name);
      return value === undefined ? {} : loadOf(name, limit === undefined ? value : { ...value, limit });
    });
    return { load: merged(all), problems };
  };
}

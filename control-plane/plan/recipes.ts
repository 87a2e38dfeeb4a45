/** For tests: any input of a plan there may be, of few servers and slots. */
import fc from 'fast-check';
import { SLOTS } from '../placement/types.ts';
import { input } from './testing.ts';
import type { PlanInput, PlanOrganization, PlanServer } from './types.ts';

/** So many slots are used; the others are empty. */
const USED = 24;

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const zones = fc.constantFrom('eu', 'us');
/** Mostly small, some large. */
const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 400 }) },
);

const anyServer = (id: string, width: number, calm: boolean): fc.Arbitrary<PlanServer> =>
  fc.record({
    id: fc.constant(id),
    state: calm
      ? fc.constant('active' as const)
      : fc.constantFrom(
          'active' as const,
          'active' as const,
          'active' as const,
          'suspect' as const,
          'draining' as const,
        ),
    limits: fc.array(fc.constantFrom(200, 400, 1000, ...(calm ? [] : [Infinity])), {
      minLength: width,
      maxLength: width,
    }),
    base: fc.array(fc.constantFrom(0, 0, 10, ...(calm ? [] : [190])), { minLength: width, maxLength: width }),
    labels: fc.record({ zone: zones }),
  });

const anyOrganization = (index: number, width: number, calm: boolean): fc.Arbitrary<PlanOrganization> =>
  fc
    .record({
      slot: fc.integer({ min: 0, max: USED - 1 }),
      connections: size,
      more: fc.array(size, { minLength: width - 1, maxLength: width - 1 }),
      pin: fc.option(
        fc.record({
          server: fc.constantFrom(...ids, 'gone'),
          by: fc.constantFrom('person' as const, 'rebalancer' as const),
        }),
        { nil: undefined, freq: calm ? 8 : 3 },
      ),
      selector: fc.option(fc.record({ zone: zones }), { nil: undefined, freq: 6 }),
    })
    .map(({ slot, connections, more, pin, selector }) => ({
      id: `o${index}`,
      slot,
      connections,
      usage: [connections, ...more],
      ...(pin !== undefined && { pin }),
      ...(selector !== undefined && !calm && { selector }),
    }));

/** What an input is made from: small enough to read when a property fails. */
export interface Recipe {
  readonly servers: readonly PlanServer[];
  readonly organizations: readonly PlanOrganization[];
  /** By slot, for the first ones: a number of `ids`. */
  readonly owners: readonly number[];
  /** By slot: what organizations use that nobody tells apart. */
  readonly rest: readonly number[];
  readonly budget: number;
  readonly mostPins: number;
}

/** `calm`: all servers are active, and have limits. */
export const recipes = (calm: boolean): fc.Arbitrary<Recipe> =>
  fc
    .record({
      width: fc.integer({ min: 1, max: 2 }),
      count: fc.integer({ min: calm ? 2 : 1, max: ids.length }),
      organizations: fc.integer({ min: 0, max: 40 }),
    })
    .chain(({ width, count, organizations }) =>
      fc.record({
        servers: fc.tuple(...ids.slice(0, count).map((id) => anyServer(id, width, calm))),
        organizations: fc.tuple(
          ...Array.from({ length: organizations }, (_, i) => anyOrganization(i, width, calm)),
        ),
        owners: fc.array(fc.nat(calm ? count - 1 : ids.length - 1), { minLength: USED, maxLength: USED }),
        rest: fc.array(size, { minLength: USED, maxLength: USED }),
        budget: fc.constantFrom(0, 5, 50, 500, Infinity),
        mostPins: fc.constantFrom(0, 3, 10_000),
      }),
    );

export function inputOf({ servers, organizations, owners, rest, budget, mostPins }: Recipe): PlanInput {
  const width = servers[0]!.limits.length;
  const slots = new Uint16Array(SLOTS);
  slots.set(owners);
  const slotConnections = new Float64Array(SLOTS);
  slotConnections.set(rest);
  const slotUsage = new Float64Array(SLOTS * width);
  rest.forEach((one, slot) => slotUsage.fill(one, slot * width, (slot + 1) * width));
  return input({
    dimensions: ['connections', 'memory'].slice(0, width),
    servers,
    table: { servers: ids, slots },
    slotConnections,
    slotUsage,
    organizations,
    budget,
    options: { mostPins },
  });
}

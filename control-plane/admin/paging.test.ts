import fc from 'fast-check';
import { expect, it } from 'vitest';
import { comparePlaces, pageOf, type Place } from './paging.ts';

interface Thing {
  readonly name: string;
  readonly size: number;
}
const placeOf = ({ name, size }: Thing): Place => [-size, name];
const things = fc.uniqueArray(fc.record({ name: fc.string(), size: fc.nat(5) }), {
  selector: ({ name }) => name,
  maxLength: 60,
});

it('pages in a row are the whole list in its order, each thing once', () => {
  const property = (all: readonly Thing[], limit: number): void => {
    const seen: Thing[] = [];
    let cursor: string | undefined;
    do {
      const page = pageOf(all, { limit, cursor }, placeOf, [0, '']);
      expect(page.total).toBe(all.length);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([...all].sort((a, b) => comparePlaces(placeOf(a), placeOf(b))));
  };
  fc.assert(fc.property(things, fc.integer({ min: 1, max: 20 }), property), { numRuns: 200 });
});

it('what comes and goes between two pages shifts nothing', () => {
  const named = (...names: string[]): Thing[] => names.map((name) => ({ name, size: 0 }));
  const first = pageOf(named('b', 'd', 'f'), { limit: 2 }, placeOf, [0, '']);
  const second = pageOf(named('a', 'b', 'f', 'g'), { limit: 2, cursor: first.next! }, placeOf, [0, '']);
  expect(second.items.map(({ name }) => name)).toEqual(['f', 'g']);
  expect(second.next).toBeNull();
});

it.each(['', '?', 'W10', 'WyJhIl0', Buffer.from('[1,2]').toString('base64url')])(
  'refuses the cursor %j',
  (cursor) => {
    expect(() => pageOf([], { limit: 1, cursor }, placeOf, [0, ''])).toThrow('/cursor');
  },
);

/** Lists in pages. Pure. A cursor names the last thing of the page before: what comes or goes meanwhile shifts nothing. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';

export const MOST_ON_A_PAGE = 1_000;
export const PAGE = 100;

/** Query parameters of every list. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_ON_A_PAGE)
    .default(PAGE)
    .describe(`How many at most. Default ${PAGE}.`),
  cursor: z
    .string()
    .max(2_048)
    .optional()
    .describe('`next` of the page before; left out: the first page. Opaque.'),
};

/** Members of every list's answer. */
export const pageAnswer = {
  total: z.int().min(0).describe('How many there are on all pages.'),
  next: z.string().nullable().describe('`cursor` of the next page; null: this is the last one.'),
};

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next: string | null;
}

/** A place in a list's order: numbers before texts in none of our lists; compared part by part. */
export type Place = readonly (string | number)[];

export function comparePlaces(a: Place, b: Place): number {
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/**
 * A page of what `all` gives, in the order of `placeOf`. One pass, and room for one page: 100,000 are fine.
 *
 * @param like of the places, such as `['']`: a cursor of another form is refused
 * @throws CohortError COHORT_REQUEST_INVALID for a cursor that this list did not give
 */
export function pageOf<T>(
  all: Iterable<T>,
  { limit, cursor }: PageQuery,
  placeOf: (one: T) => Place,
  like: Place = [''],
): Page<T> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, like);
  const kept: { place: Place; one: T }[] = [];
  let total = 0;
  for (const one of all) {
    total++;
    const place = placeOf(one);
    if (after !== undefined && comparePlaces(place, after) <= 0) continue;
    const last = kept.at(-1);
    // One more than a page: it tells whether there is another.
    if (kept.length > limit && last !== undefined && comparePlaces(place, last.place) >= 0) continue;
    kept.splice(indexFor(kept, place), 0, { place, one });
    if (kept.length > limit + 1) kept.pop();
  }
  const items = kept.slice(0, limit);
  const next = kept.length > limit ? encodeCursor(items.at(-1)!.place) : null;
  return { items: items.map(({ one }) => one), total, next };
}

function indexFor(kept: readonly { readonly place: Place }[], place: Place): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(kept[middle]!.place, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encodeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function decodeCursor(cursor: string, like: Place): Place {
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
    if (
      Array.isArray(place) &&
      place.length === like.length &&
      place.every((part, i) => typeof part === typeof like[i])
    ) {
      return place as Place;
    }
  } catch {
    // Refused below.
  }
  const errors = [{ pointer: '/cursor', message: 'is none that this list gave' }];
  throw new CohortError(
    'COHORT_REQUEST_INVALID',
    'the query is not valid: /cursor: is none that this list gave',
    {
      details: { errors },
    },
  );
}

/** Whether a name has all that is asked of it. */
export function isNamed(
  name: string,
  { prefix, contains }: { prefix?: string | undefined; contains?: string | undefined },
): boolean {
  return (
    (prefix === undefined || name.startsWith(prefix)) && (contains === undefined || name.includes(contains))
  );
}

/** Query parameters of lists that are searched by name. */
export const nameQuery = {
  prefix: z.string().max(256).optional().describe('Only what begins with this.'),
  contains: z.string().max(256).optional().describe('Only what has this in it.'),
};

/** `?name`, `?name=true` or `?name=false`. */
export const flag = z
  .enum(['', 'true', 'false'])
  .transform((text) => text !== 'false')
  .optional();

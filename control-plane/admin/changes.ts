/** What differs between two values in JSON, for people who must decide again. Pure. */
import { z } from 'zod';

export const changeSchema = z
  .object({
    pointer: z.string().describe('Where, as a JSON pointer (RFC 6901); empty: the whole.'),
    was: z.unknown().describe('Left out: there was nothing.').optional(),
    is: z.unknown().describe('Left out: there is nothing any more.').optional(),
  })
  .meta({ id: 'Change' });
export type ValueChange = z.infer<typeof changeSchema>;

/** Changes that an answer names. */
const MOST_CHANGES = 50;

type Json = Readonly<Record<string, unknown>>;

/** The first fifty. Undefined: there is no such value. */
export function changesBetween(was: unknown, is: unknown): ValueChange[] {
  const found: ValueChange[] = [];
  collect('', was, is, found);
  return found.slice(0, MOST_CHANGES);
}

function collect(pointer: string, was: unknown, is: unknown, found: ValueChange[]): void {
  if (isJsonObject(was) && isJsonObject(is)) {
    for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
      collect(`${pointer}/${escape(name)}`, was[name], is[name], found);
    }
    return;
  }
  if (JSON.stringify(was) === JSON.stringify(is)) return;
  found.push({ pointer, ...(was === undefined ? {} : { was }), ...(is === undefined ? {} : { is }) });
}

function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As one step of a JSON pointer. */
export function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Assignments and their changes as REST shows them. */
import { z } from 'zod';
import { organizationSchema, uint64Schema } from '../model/index.ts';
import { NO_SERVER, type Assignment } from '../placement/types.ts';
import {
  totalsOf,
  type AssignmentChange,
  type OrganizationMove,
  type SeenVersion,
} from './assignment-history.ts';

const server = z.string().nullable();

export const positionSchema = z
  .strictObject({ epoch: uint64Schema, version: uint64Schema })
  .meta({ id: 'Position' });

export const movesSchema = z.array(
  z
    .strictObject({
      version: uint64Schema.describe('Of the assignment.'),
      at: z.iso.datetime(),
      by: z.enum(['slot', 'pin']).describe('Whose change it was: the slot’s, or the organization’s own.'),
      from: server,
      to: server,
    })
    .meta({ id: 'OrganizationMove' }),
);

export function movesView(moves: readonly OrganizationMove[]): z.infer<typeof movesSchema> {
  return moves.slice(0, 20).map(({ version, atMs, by, from, to }) => ({
    version: String(version),
    at: new Date(atMs).toISOString(),
    by,
    from: from ?? null,
    to: to ?? null,
  }));
}

export const versionSchema = z
  .strictObject({
    ...positionSchema.shape,
    tableVersion: uint64Schema,
    drainUpTo: uint64Schema,
    at: z.iso.datetime().describe('When this replica saw it.'),
    movedSlots: z.int(),
    movedPins: z.int(),
  })
  .meta({ id: 'SeenVersion' });

export function versionView({
  atMs,
  epoch,
  version,
  tableVersion,
  drainUpTo,
  movedSlots,
  movedPins,
}: SeenVersion): z.infer<typeof versionSchema> {
  return {
    epoch: String(epoch),
    version: String(version),
    tableVersion: String(tableVersion),
    drainUpTo: String(drainUpTo),
    at: new Date(atMs).toISOString(),
    movedSlots,
    movedPins,
  };
}

export const totalSchema = z.strictObject({ from: server, to: server, slots: z.int(), pins: z.int() }).meta({
  id: 'MovedTotal',
  description: 'How many slots and pinned organizations moved from one server to another.',
});

export const changeShape = {
  joined: z.array(z.string()),
  left: z.array(z.string()),
  movedSlots: z.int(),
  movedPins: z.int(),
  totals: z.array(totalSchema).describe('The most first.'),
  slots: z
    .array(z.tuple([z.int(), z.int(), server, server]))
    .describe('Runs of slots that moved alike: first, last, from, to.'),
  pins: z
    .array(z.strictObject({ organization: organizationSchema, from: server, to: server }))
    .describe('Pins that changed; null: there was, or is, none.'),
};

export function changeView(change: AssignmentChange): z.infer<z.ZodObject<typeof changeShape>> {
  const { slots, pins, joined, left } = change;
  const runs: [number, number, string | null, string | null][] = [];
  for (const { slot, from, to } of slots) {
    const run = runs.at(-1);
    if (run?.[1] === slot - 1 && run[2] === (from ?? null) && run[3] === (to ?? null)) run[1] = slot;
    else runs.push([slot, slot, from ?? null, to ?? null]);
  }
  return {
    joined: [...joined],
    left: [...left],
    movedSlots: slots.length,
    movedPins: pins.length,
    totals: totalsView(change),
    slots: runs,
    pins: pins.map(({ organization, was, is }) => ({ organization, from: was ?? null, to: is ?? null })),
  };
}

export function totalsView(change: AssignmentChange): z.infer<typeof totalSchema>[] {
  return totalsOf(change).map(({ from, to, ...counts }) => ({
    from: from ?? null,
    to: to ?? null,
    ...counts,
  }));
}

/** Runs of slots with one server: `[first, last, server]`, the server null where none has them. */
export function slotRuns({ slots, servers }: Assignment): [number, number, string | null][] {
  return runsOf(slots).map(([first, last, number]) => [
    first,
    last,
    number === NO_SERVER ? null : servers[number]!,
  ]);
}

/** Runs of equal numbers: first, last, number. */
export function runsOf(slots: Uint16Array): [number, number, number][] {
  const found: [number, number, number][] = [];
  let first = 0;
  for (let slot = 1; slot <= slots.length; slot++) {
    if (slot < slots.length && slots[slot] === slots[first]) continue;
    found.push([first, slot - 1, slots[first]!]);
    first = slot;
  }
  return found;
}

/** Rounds, plans and the load as REST shows them. */
import { z } from 'zod';
import { idSchema, recordedMoveSchema, roundSchema, type Round } from '../model/index.ts';
import type { Balance, Plan } from '../plan/types.ts';
import { UNDO, type LoadReport } from '../rebalance/index.ts';

const balanceSchema = z
  .strictObject({
    worstOverMean: z
      .number()
      .nullable()
      .describe('Null: all load is from organizations above the mean, and one of them shares its server.'),
    mean: z.number().describe('A share of the limits.'),
    own: z
      .record(z.string(), idSchema)
      .describe('Organizations above the mean, and the servers of their own.'),
  })
  .meta({ id: 'Balance' });

const alarmSchema = z
  .looseObject({
    kind: z.enum(['organization too large', 'no move frees it', 'no server matches', 'all full']),
    organization: z.string().optional(),
    server: z.string().optional(),
    dimension: z.string().optional(),
    load: z.number().optional().describe('A share of the limit.'),
  })
  .meta({ id: 'LoadAlarm' });

const dimensionSchema = z.strictObject({
  used: z.number().describe('Smoothed.'),
  now: z.number().describe('The last reading.'),
  limit: z.number().nullable(),
});

export const loadSchema = z
  .strictObject({
    balance: balanceSchema,
    alarms: z.array(alarmSchema),
    readings: z.int().describe('Since the leader leads.'),
    servers: z.array(
      z.strictObject({
        id: idSchema,
        load: z.number().describe('The worst of its dimensions as a share of its limit, smoothed.'),
        dimension: z.string().nullable().describe('That one; null: it has no limit.'),
        connections: z.int(),
        dimensions: z.record(z.string(), dimensionSchema),
      }),
    ),
    full: z.array(idSchema).describe('Servers that have no room for their pins: those are suspended.'),
  })
  .meta({ id: 'LoadReport' });

export const roundViewSchema = roundSchema
  .omit({ atMs: true, trials: true })
  .extend({
    at: z.iso.datetime(),
    moves: z.array(recordedMoveSchema.extend({ index: z.int(), undone: z.boolean().optional() })),
  })
  .meta({ id: 'Round' });

export const planSchema = z
  .strictObject({
    moves: z.array(
      z.strictObject({
        target: z.union([z.strictObject({ slot: z.int() }), z.strictObject({ organization: z.string() })]),
        from: idSchema.optional(),
        to: idSchema,
        connections: z.number().describe('What it costs: connections that have to come again.'),
        gain: z.number().describe('By how much the load of `from` falls.'),
        dimension: z.string(),
        reason: z.string(),
        words: z.string(),
      }),
    ),
    connections: z.int().describe('Of all moves.'),
    before: balanceSchema,
    after: balanceSchema,
    isComplete: z.boolean().describe('False: the next round may have more moves.'),
    alarms: z.array(alarmSchema),
  })
  .meta({ id: 'RebalancePlan' });

export type LoadView = z.infer<typeof loadSchema>;
export type RoundView = z.infer<typeof roundViewSchema>;
export type PlanView = z.infer<typeof planSchema>;

/** Moves of the round that later ones took back, by their place in it. */
export function undoneIn({ id }: Round, rounds: readonly Round[]): Set<number> {
  return new Set(
    rounds.flatMap(({ triggers, undoes }) =>
      triggers.includes(UNDO) && undoes?.round === id ? [undoes.move] : [],
    ),
  );
}

export function roundView(round: Round, rounds: readonly Round[]): z.infer<typeof roundViewSchema> {
  const { atMs, moves, trials: _, ...rest } = round;
  const undone = undoneIn(round, rounds);
  return {
    ...rest,
    at: new Date(atMs).toISOString(),
    moves: moves.map((move, index) => ({ index, ...move, ...(undone.has(index) ? { undone: true } : {}) })),
  };
}

function balanceView({ worstOverMean, mean, own }: Balance): z.infer<typeof balanceSchema> {
  return {
    worstOverMean: Number.isFinite(worstOverMean) ? worstOverMean : null,
    mean,
    own: Object.fromEntries(own),
  };
}

export function planView({ moves, before, after, isComplete, alarms }: Plan): object {
  return {
    moves,
    connections: Math.round(moves.reduce((sum, { connections }) => sum + connections, 0)),
    before: balanceView(before),
    after: balanceView(after),
    isComplete,
    alarms,
  };
}

/** By server, what it uses of what it has. Null: nothing has been read. */
export function loadView(report: LoadReport | undefined): z.infer<typeof loadSchema> | null {
  if (report === undefined) return null;
  const { load, plan, alarms, readings, full } = report;
  const servers = [...load.servers].map(([id, { dimensions, load: its, worst, reported }]) => ({
    id,
    load: its,
    dimension: worst ?? null,
    connections: Math.round(reported),
    dimensions: Object.fromEntries(
      [...dimensions].map(([name, { used, now, limit }]) => [
        name,
        { used, now, limit: limit === Infinity ? null : limit },
      ]),
    ),
  }));
  return { balance: balanceView(plan.before), alarms: [...alarms], readings, servers, full: [...full] };
}

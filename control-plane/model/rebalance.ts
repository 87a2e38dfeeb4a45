/** What the rebalancer leaves behind: its moves with their reasons, and whether it may make any. */
import { z } from 'zod';
import { SLOTS } from '../placement/types.ts';
import { jsonKind, jsonSingleton } from './kind.ts';
import { labelsSchema } from './server.ts';
import { decodeOrganization, encodeOrganization, idSchema, organizationSchema } from './text.ts';

/** So many moves are kept. */
export const MOST_MOVES = 10_000;
/** And for so long, in milliseconds: 30 days. */
export const KEPT_MS = 30 * 24 * 3_600_000;

const slot = z
  .int()
  .min(0)
  .max(SLOTS - 1);

export const recordedMoveSchema = z.object({
  /** Runs of slots, first and last, with those of their organizations that have no pin. */
  slots: z.array(z.tuple([slot, slot])).optional(),
  /** In place of slots. */
  organization: organizationSchema.optional(),
  /** Null: no server had it. */
  from: idSchema.nullable(),
  /** Null: there was no server to have it. */
  to: idSchema.nullable(),
  /** Cost: connections that had to come again. */
  connections: z.number().min(0),
  /** By how much the load of `from` was to fall: a share of its limit in that dimension. */
  gain: z.number(),
  dimension: z.string().max(256).optional(),
  reason: z.string().max(64),
  /** The same for people, with the numbers that it was decided by. */
  words: z.string().max(4096),
});
/** A slot, several without devices, or an organization that changed hands. */
export type RecordedMove = z.infer<typeof recordedMoveSchema>;

/** Whether what a server gives away frees what it uses in this dimension: see `rebalance/trials.ts`. */
export const trialSchema = z.object({
  server: idSchema,
  dimension: z.string().max(256),
  /** Share of the limit when it began, not smoothed. */
  before: z.number().min(0),
  /** By how much that was to fall. Missing: nothing is on trial now. */
  expected: z.number().optional(),
  /** Rounds in a row that have not helped. */
  failures: z.int().min(0),
});
export type Trial = z.infer<typeof trialSchema>;

export const roundSchema = z.object({
  /** Epoch and version of the assignment that made it: `7.42`. */
  id: z.string().regex(/^\d{1,20}\.\d{1,20}$/),
  /** Milliseconds since 1970. */
  atMs: z.int().min(0),
  /** The replica that led. */
  by: idSchema,
  /** What for: `imbalance`, `join`, …, or what happened. */
  triggers: z.array(z.string().max(64)),
  /** For people. */
  reason: z.string(),
  /** All connections as they were then; of rounds by load. */
  fleet: z.number().min(0).optional(),
  /** Worst load over the mean before, and as the plan said after; of rounds by load. */
  worstOverMean: z.tuple([z.number(), z.number()]).optional(),
  moves: z.array(recordedMoveSchema),
  /** It takes a move of an earlier round back: its id, and the place of the move there. */
  undoes: z.object({ round: z.string().max(64), move: z.int().min(0) }).optional(),
  /** All trials once it was written, so that the next leader goes on with them; of rounds by load. */
  trials: z.array(trialSchema).optional(),
  /** Moves that stand in further parts. */
  more: z.int().min(0).default(0),
});
/** What one assignment moved. */
export type Round = z.infer<typeof roundSchema>;

/** Stored under `rebalances/<id>`, written with the assignment that makes it so. */
export const rounds = jsonKind<Round>({
  name: 'round of moves',
  prefix: 'rebalances/',
  schema: roundSchema,
  id: ({ id }) => id,
});

/** Further moves of a round, stored under `rebalance-parts/<id>/<number>` before it. */
export const partsPrefix = 'rebalance-parts/';
export const partSchema = z.array(recordedMoveSchema);

export const rebalancingSchema = z.object({
  /** No rounds: evacuations, deaths and people's pins move all the same. */
  paused: z.boolean(),
  /** When it was last paused or resumed: milliseconds since 1970. */
  sinceMs: z.int().min(0),
});
export type Rebalancing = z.infer<typeof rebalancingSchema>;

export const NOT_PAUSED: Rebalancing = { paused: false, sinceMs: 0 };

/** Stored under `rebalancing`, by operators. */
export const rebalancing = jsonSingleton<Rebalancing>(
  'state of the rebalancer',
  'rebalancing',
  rebalancingSchema,
);

/** An organization that may only be on servers with these labels. Stored under `selectors/<organization>`. */
export const selectorSchema = z.object({
  organization: organizationSchema,
  labels: labelsSchema.refine((labels) => Object.keys(labels).length > 0, 'must have at least one label'),
});
export type Selector = z.infer<typeof selectorSchema>;

export const selectors = jsonKind<Selector>({
  name: 'selector',
  prefix: 'selectors/',
  schema: selectorSchema,
  key: { encode: encodeOrganization, decode: decodeOrganization },
  id: ({ organization }) => organization,
});

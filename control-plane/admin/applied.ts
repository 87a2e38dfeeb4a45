/** What a write answers, and `?wait=applied`: the answer comes when every connected proxy has what was written. */
import type { Request } from 'express';
import { z } from 'zod';
import { isCohortError } from '../errors.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { Revision } from '../store/store.ts';
import type { AdminContext } from './context.ts';
import { operation, type Answer } from './operation.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { askLeader } from './to-leader.ts';
import { unapplied, WRITTEN_SOURCES, type Write, type WrittenSource } from './unapplied.ts';
import { seen } from './writing.ts';

/** What is looked at again while something waits for it. Milliseconds. */
const LOOK_MS = 50;
/** What the way to the leader may take on top. Milliseconds. */
const GRACE_MS = 2_000;

export const waitQuery = {
  wait: z
    .enum(['applied'])
    .optional()
    .describe('Answer only when every connected proxy has applied the change, or when time is up.'),
  timeoutMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(300_000)
    .default(30_000)
    .describe('How long `wait` waits at most. Default 30 s.'),
};

export interface WaitQuery {
  readonly wait?: 'applied' | undefined;
  readonly timeoutMs: number;
}

const unappliedSchema = z
  .strictObject({
    proxy: z.string().optional(),
    replica: z.string().optional(),
    server: z.string().optional(),
    why: z.string().describe('For people.'),
  })
  .meta({ id: 'Unapplied', description: 'One thing that a write waits for.' });

const shape = {
  complete: z.boolean().describe('Every connected proxy has applied it.'),
  proxies: z
    .int()
    .min(0)
    .nullable()
    .describe('Proxies that are connected; null: nobody leads who could tell.'),
  waiting: z.array(unappliedSchema).describe('Who has not, and what is missing; the first thousand.'),
  waitedMs: z.int().min(0),
};
export const appliedSchema = z
  .strictObject(shape)
  .meta({ id: 'Applied', description: 'Only there with `?wait=applied`.' });
export type Applied = z.infer<typeof appliedSchema>;

/** The schema of a write's answer. */
export function appliedAnswer<S extends z.ZodRawShape>(schema: z.ZodObject<S>): z.ZodType {
  return schema.extend({ applied: appliedSchema.optional() });
}

export function appliedRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/applied', {
    get: operation({
      summary: 'Whether every proxy has applied a write; waits for it',
      description: 'What a write with `?wait=applied` asks when it is done.',
      query: {
        source: z.enum(WRITTEN_SOURCES).describe('What was written.'),
        revision: z.coerce.number().int().min(0).describe('The number in the ETag of the write.'),
        id: z.string().max(1024).optional().describe('Of what was written.'),
        timeoutMs: waitQuery.timeoutMs,
      },
      answers: { 200: { description: 'Whether they have', schema: readAnswer(shape) } },
      atLeader: true,
      handOnMs: ({ timeoutMs }) => Number(timeoutMs) + GRACE_MS,
      handle: async ({ query: { timeoutMs, ...write }, request }) => ({
        body: await waitHere(context, request, write, timeoutMs),
      }),
    }),
  });
}

/** Of the leader: until nothing is left to wait for, time is up, nobody asks any more, or another leads. */
async function waitHere(
  context: AdminContext,
  request: Request,
  write: Write,
  timeoutMs: number,
): Promise<Applied> {
  const began = performance.now();
  for (;;) {
    const waiting = unapplied(context, write);
    const waitedMs = Math.round(performance.now() - began);
    const isOver = waitedMs >= timeoutMs || request.res?.destroyed === true || !context.leader.isLeader;
    if (waiting.length === 0 || isOver) {
      const proxies = context.fleetView().listProxies(context.now()).length;
      return { complete: waiting.length === 0, proxies, waiting: waiting.slice(0, 1_000), waitedMs };
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

export interface Written {
  /** What was written. */
  readonly source: WrittenSource;
  readonly id: string;
  readonly revision: Revision;
  /** Whether this replica shows the write. */
  readonly isSeen: (state: ClusterState) => boolean;
  /** Left out: it was deleted. */
  readonly body?: object;
  readonly isNew?: boolean;
}

/** Ends a write: when this replica itself shows it, so that the next request sees it too, and with `wait` when all have it. */
export async function written(
  context: AdminContext,
  request: Request,
  { wait, timeoutMs }: WaitQuery,
  { source, id, revision, isSeen, body, isNew = false }: Written,
): Promise<Answer> {
  await seen(context, isSeen);
  const status = isNew ? 201 : 200;
  if (wait === undefined) return body === undefined ? { status: 204 } : { status, revision, body };
  const applied = await waitForAll(context, request, { source, id, revision, timeoutMs });
  return { status, ...(body === undefined ? {} : { revision }), body: { ...body, applied } };
}

/** What is written stays written, whatever is answered. */
async function waitForAll(
  context: AdminContext,
  request: Request,
  { source, id, revision, timeoutMs }: Pick<Written, 'source' | 'id' | 'revision'> & { timeoutMs: number },
): Promise<Applied> {
  const began = performance.now();
  const query = new URLSearchParams({ source, id, revision: String(revision), timeoutMs: String(timeoutMs) });
  for (;;) {
    const waitedMs = Math.round(performance.now() - began);
    let why = 'the leader gave no answer';
    if (context.leader.isLeader) {
      const applied = await waitHere(context, request, { source, id, revision }, timeoutMs - waitedMs);
      if (applied.complete || context.leader.isLeader) return applied;
      continue;
    }
    try {
      const path = `/v1/applied?${query.toString()}`;
      const answer = await askLeader(context, request, { path, timeoutMs: timeoutMs + GRACE_MS });
      const body = appliedSchema.safeParse(await answer.json());
      if (body.success) return body.data;
    } catch (error) {
      if (!isCohortError(error)) throw error;
      why = error.message;
    }
    if (waitedMs >= timeoutMs) return { complete: false, proxies: null, waiting: [{ why }], waitedMs };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS * 4));
  }
}

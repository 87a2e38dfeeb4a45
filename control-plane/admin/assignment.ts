/** `/v1/assignment`: what proxies route by, and what has changed. Every replica knows it. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema, organizationSchema, uint64Schema, type Assignment } from '../model/index.ts';
import { slotCounts } from '../placement/table.ts';
import {
  changeShape,
  changeView,
  positionSchema,
  slotRuns,
  versionSchema,
  versionView,
} from './assignment-view.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { flag } from './paging.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { loadedState } from './writing.ts';

const answerSchema = readAnswer({
  ...positionSchema.shape,
  tableVersion: uint64Schema.describe('At which the table or the pins last changed.'),
  drainUpTo: uint64Schema.describe('Up to which moves connections may follow.'),
  servers: z.array(z.strictObject({ id: idSchema, slots: z.int(), pins: z.int() })),
  pins: z.record(organizationSchema, idSchema).optional(),
  slots: z
    .array(z.tuple([z.int(), z.int(), z.string().nullable()]))
    .optional()
    .describe('With `?slots`: runs of slots, first, last, server; null where none has them.'),
});

export function assignmentRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/assignment', {
    get: operation({
      summary: 'What proxies route by',
      query: {
        slots: flag.describe('With the table.'),
        pins: flag.describe('With the pins in force. Default true.'),
      },
      answers: { 200: { description: 'The assignment in force', schema: answerSchema } },
      errors: ['COHORT_NOT_READY'],
      handle: ({ query }) => {
        const { assignment, assignmentRevision } = loadedState(context);
        if (assignment === undefined) {
          throw new CohortError(
            'COHORT_NOT_READY',
            'there is no assignment yet: no server has been seen healthy',
          );
        }
        return {
          revision: assignmentRevision,
          body: {
            ...view(assignment),
            ...(query.pins === false ? {} : { pins: Object.fromEntries(assignment.pins) }),
            ...(query.slots === true ? { slots: slotRuns(assignment) } : {}),
          },
        };
      },
    }),
  });
  api.resource('/v1/assignment/versions', {
    get: operation({
      summary: 'The last assignments that this replica has seen',
      answers: {
        200: {
          description: 'The last one first',
          schema: readAnswer({ versions: z.array(versionSchema) }),
        },
      },
      handle: () => {
        loadedState(context);
        return { body: { versions: [...context.assignments.versions].reverse().map(versionView) } };
      },
    }),
  });
  api.resource('/v1/assignment/diff', {
    get: operation({
      summary: 'What is different between two assignments',
      query: {
        from: uint64Schema.describe('A version.'),
        to: uint64Schema.optional().describe('A version, earlier or later. Default: the one in force.'),
      },
      answers: {
        200: {
          description: 'The difference',
          schema: readAnswer({ from: uint64Schema, to: uint64Schema, ...changeShape }),
        },
      },
      errors: ['COHORT_ASSIGNMENT_VERSION_UNKNOWN'],
      handle: ({ query }) => {
        const { assignment } = loadedState(context);
        const { versions } = context.assignments;
        const to = query.to ?? String(assignment?.version ?? 0n);
        const change = context.assignments.between(BigInt(query.from), BigInt(to));
        if (change === undefined) {
          const message = `this replica has not seen version ${query.from} or ${to}, or no longer has it`;
          const details = { versions: versions.map(({ version }) => String(version)) };
          throw new CohortError('COHORT_ASSIGNMENT_VERSION_UNKNOWN', message, { details });
        }
        return { body: { from: query.from, to, ...changeView(change) } };
      },
    }),
  });
}

export function view(assignment: Assignment): object {
  const { epoch, version, tableVersion, drainUpTo, servers, pins } = assignment;
  const slots = slotCounts(assignment);
  const pinned = new Map<string, number>();
  for (const server of pins.values()) pinned.set(server, (pinned.get(server) ?? 0) + 1);
  return {
    epoch: String(epoch),
    version: String(version),
    tableVersion: String(tableVersion),
    drainUpTo: String(drainUpTo),
    servers: servers.map((id) => ({ id, slots: slots.get(id) ?? 0, pins: pinned.get(id) ?? 0 })),
  };
}

/** `/v1/leader`: who leads, what it waits for, what it has written. */
import { z } from 'zod';
import type { Waiting } from '../leader/step.ts';
import { uint64Schema } from '../model/index.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';

export const waitingSchema = z
  .object({
    for: z.string().describe('`server`, `health`, `routing`, `replicas` or `takers`.'),
    server: z.string().optional(),
    tableVersion: uint64Schema.optional(),
    proxies: z.array(z.string()).optional(),
    replicas: z.array(z.string()).optional(),
  })
  .meta({ id: 'Waiting' });

const recordSchema = z
  .object({
    at: z.iso.datetime(),
    kind: z.enum(['route', 'drain', 'orders']),
    epoch: uint64Schema,
    version: uint64Schema,
    reason: z.string(),
    movedSlots: z.int(),
    late: z.array(z.string()),
    suspendedPins: z.array(z.object({ organization: z.string() })),
  })
  .meta({ id: 'WriteRecord' });

export function leaderRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/leader', {
    get: operation({
      summary: 'Who leads, what it waits for, and the assignments it wrote',
      answers: {
        200: {
          description: 'The leader',
          schema: readAnswer({
            id: z.string(),
            waiting: z.array(waitingSchema),
            records: z.array(recordSchema),
          }),
        },
      },
      atLeader: true,
      handle: () => {
        const { waiting, records } = context.leader;
        return {
          body: {
            id: context.id,
            waiting: waiting.map(waitingView),
            records: records.map(({ at, epoch, version, ...rest }) => ({
              at: new Date(at).toISOString(),
              epoch: String(epoch),
              version: String(version),
              ...rest,
            })),
          },
        };
      },
    }),
  });
}

export function waitingView(waiting: Waiting): object {
  return waiting.for === 'routing' ? { ...waiting, tableVersion: String(waiting.tableVersion) } : waiting;
}

/** `/v1/splits`: organizations on several servers: where, by the reports of this moment, and why, by the last scan. */
import { z } from 'zod';
import { actionSchema, idSchema, organizationSchema, whySchema, type Found } from '../model/index.ts';
import { serverOf } from '../placement/assignment.ts';
import { serverOfSlot } from '../placement/table.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { isNamed, nameQuery, pageAnswer, pageOf, pageQuery } from './paging.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { loadedState } from './writing.ts';

const splitSchema = z
  .strictObject({
    organization: organizationSchema
      .nullable()
      .describe('Null: organizations of the slot that the reports do not name.'),
    slot: z.int(),
    assigned: z.string().nullable().describe('Where they belong.'),
    servers: z
      .array(z.strictObject({ server: z.string(), connections: z.int() }))
      .describe('The most first.'),
    why: whySchema.nullable().describe('By the last scan; null: that did not find it.'),
    action: actionSchema.nullable().describe('What the last scan did about it.'),
    detail: z.string().describe('For people.'),
  })
  .meta({ id: 'Split' });
export type Split = z.infer<typeof splitSchema>;

export function splitRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/splits', {
    get: operation({
      summary: 'Organizations whose devices sit on several servers, and why',
      query: {
        ...pageQuery,
        ...nameQuery,
        server: idSchema.optional().describe('Only those with devices there.'),
        why: whySchema.optional(),
      },
      answers: {
        200: {
          description: 'In the order of the organizations; slots without a name first',
          schema: readAnswer({
            splits: z.array(splitSchema),
            scannedAt: z.iso.datetime().nullable().describe('When the last scan was; null: there was none.'),
            ...pageAnswer,
          }),
        },
      },
      atLeader: 'or here',
      handle: ({ query }) => {
        const record = context.scans()?.records[0];
        const wanted = splitsNow(context, record?.found ?? []).filter(
          ({ organization, servers, why }) =>
            isNamed(organization ?? '', query) &&
            (query.server === undefined || servers.some(({ server }) => server === query.server)) &&
            (query.why === undefined || why === query.why),
        );
        const { items, ...page } = pageOf(
          wanted,
          query,
          ({ organization, slot }) => [organization ?? '', slot],
          ['', 0],
        );
        const scannedAt = record === undefined ? null : new Date(record.at).toISOString();
        return { body: { splits: items, scannedAt, ...page } };
      },
    }),
  });
}

/** All there are at this moment. */
export function splitsNow(context: AdminContext, found: readonly Found[]): Split[] {
  const { assignment } = loadedState(context);
  const fleet = context.fleetView();
  const byName = new Map(found.map((one) => [one.organization ?? `slot ${one.slot}`, one]));
  const splits: Split[] = [];
  const because = (key: string): Pick<Split, 'why' | 'action' | 'detail'> => {
    const one = byName.get(key);
    if (one === undefined)
      return {
        why: null,
        action: null,
        detail: 'the last scan did not find it: it is new, or was about to heal',
      };
    return { why: one.why, action: one.action, detail: one.detail };
  };
  for (const { organization, slot } of fleet.splits()) {
    const assigned = (assignment && serverOf(assignment, organization)) ?? null;
    splits.push({
      organization,
      slot,
      assigned,
      servers: most(fleet.seatsOf(organization)),
      ...because(organization),
    });
  }
  for (const { slot, servers } of fleet.splitSlots()) {
    const assigned = (assignment && serverOfSlot(assignment, slot)) ?? null;
    const unnamed = servers.filter((one) => one.unnamed > 0);
    if (unnamed.length < 2 && unnamed.every(({ server }) => server === assigned)) continue;
    const seats = unnamed.map(({ server, unnamed: connections }) => ({ server, connections }));
    splits.push({ organization: null, slot, assigned, servers: most(seats), ...because(`slot ${slot}`) });
  }
  return splits;
}

function most(seats: readonly { readonly server: string; readonly connections: number }[]): Split['servers'] {
  return seats
    .map(({ server, connections }) => ({ server, connections }))
    .sort((a, b) => b.connections - a.connections);
}

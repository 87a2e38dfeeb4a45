/**
 * `/v1/listeners`: where proxies take devices. They are stored as a part of the settings, since they must fit each other
 * (names, addresses, protocols): this is another look at that part, under the same ETag.
 */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { listenerSchema, listenersSchema, type ListenerSettings, type Settings } from '../model/index.ts';
import { appliedAnswer, waitQuery } from './applied.ts';
import type { AdminContext } from './context.ts';
import { forceQuery } from './guard.ts';
import { operation, type Answer, type Input } from './operation.ts';
import { pageAnswer, pageOf, pageQuery } from './paging.ts';
import { invalid, parse } from './request.ts';
import type { Api } from './resource.ts';
import { listenersOf, readSettings, saveSettings } from './settings.ts';
import { readAnswer } from './stale.ts';
import { loadedState, readable } from './writing.ts';

const params = { name: z.string().min(1).max(64) };
const bodySchema = listenerSchema.meta({ id: 'Listener' });
const savedSchema = z
  .intersection(bodySchema, z.object({ applied: z.unknown().optional() }))
  .describe('The listener, and `applied` with `?wait=applied`.');
const query = { ...forceQuery, ...waitQuery };
const oneSchema = z.intersection(bodySchema, z.object({ stale: z.unknown().optional() }));

type WriteInput = Pick<
  Input<unknown, { force?: boolean | undefined; wait?: 'applied' | undefined; timeoutMs: number }, unknown>,
  'request' | 'query'
>;

export function listenerRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/listeners', {
    get: operation({
      summary: 'List listeners',
      query: {
        ...pageQuery,
        protocol: z.string().max(64).optional().describe('Only listeners of this protocol.'),
        portKind: z.string().max(64).optional().describe('Only listeners that lead to this kind of port.'),
      },
      answers: {
        200: {
          description: 'Listeners in the order of their names; the ETag is that of the settings',
          schema: readAnswer({ listeners: z.array(bodySchema), ...pageAnswer }),
        },
      },
      handle: ({ query: { protocol, portKind, ...asked } }) => {
        const { settings, settingsRevision } = loadedState(context);
        const wanted = settings.listeners.filter(
          (one) =>
            (protocol === undefined || one.protocol === protocol) &&
            (portKind === undefined || one.portKind === portKind),
        );
        const { items, ...page } = pageOf(wanted, asked, ({ name }) => [name]);
        return { revision: settingsRevision, body: { listeners: items, ...page } };
      },
    }),
    post: operation({
      summary: 'Create a listener',
      description: 'Fails if there is one of that name.',
      query,
      body: bodySchema,
      answers: { 201: { description: 'Created', schema: savedSchema } },
      errors: ['COHORT_LISTENER_EXISTS', 'COHORT_STORE_INVALID'],
      isWrite: true,
      handle: async ({ body, ...input }) => {
        const answer = await change(input, body.name, (all, before) => {
          if (before !== undefined) {
            const message = `there is a listener ${body.name} already`;
            throw new CohortError('COHORT_LISTENER_EXISTS', message);
          }
          return [...all, body];
        });
        return { ...answer, location: `/v1/listeners/${body.name}` };
      },
    }),
  });
  api.resource('/v1/listeners/{name}', {
    get: operation({
      summary: 'One listener',
      params,
      answers: { 200: { description: 'The listener', schema: oneSchema } },
      errors: ['COHORT_LISTENER_NOT_FOUND'],
      handle: ({ params: { name } }) => {
        const { settings, settingsRevision } = loadedState(context);
        const found = settings.listeners.find((one) => one.name === name);
        if (found === undefined) throw notFound(name);
        return { revision: settingsRevision, body: found };
      },
    }),
    put: operation({
      summary: 'Create or replace a listener',
      description: 'Proxies close the connections of a listener that changes.',
      params,
      query,
      body: bodySchema,
      answers: {
        200: { description: 'Replaced', schema: savedSchema },
        201: { description: 'Created', schema: savedSchema },
      },
      errors: ['COHORT_WOULD_CLOSE', 'COHORT_STORE_INVALID'],
      isWrite: true,
      handle: ({ params: { name }, body, ...input }) => {
        if (body.name !== name) {
          throw invalid('the body', [{ pointer: '/name', message: `must be ${name}, as in the path` }]);
        }
        return change(input, name, (all, before) =>
          before === undefined ? [...all, body] : all.map((one) => (one.name === name ? body : one)),
        );
      },
    }),
    delete: operation({
      summary: 'Remove a listener',
      description: 'Proxies close its connections.',
      params,
      query,
      answers: {
        200: { description: 'Removed, and waited for', schema: appliedAnswer(z.strictObject({})) },
        204: { description: 'Removed' },
      },
      errors: ['COHORT_LISTENER_NOT_FOUND', 'COHORT_WOULD_CLOSE', 'COHORT_STORE_INVALID'],
      isWrite: true,
      handle: ({ params: { name }, ...input }) =>
        change(input, name, (all, before) => {
          if (before === undefined) throw notFound(name);
          return all.filter((one) => one !== before);
        }),
    }),
  });

  /** One transaction on the settings: all listeners with one changed, held to what they must be together. */
  async function change(
    input: WriteInput,
    name: string,
    changed: (
      all: readonly ListenerSettings[],
      before: ListenerSettings | undefined,
    ) => readonly ListenerSettings[],
  ): Promise<Answer> {
    const current = await readSettings(context, input.request);
    const stored: Settings = readable(current) ?? context.states.state.settings;
    const all = listenersOf(context, current);
    const before = all.find((one) => one.name === name);
    const listeners = parse(listenersSchema, changed(all, before), 'the listeners together');
    const after = listeners.find((one) => one.name === name);
    return saveSettings(
      context,
      input,
      current,
      { ...stored, listeners },
      after === undefined ? {} : { isNew: before === undefined, body: after },
    );
  }
}

function notFound(name: string): CohortError {
  return new CohortError('COHORT_LISTENER_NOT_FOUND', `there is no listener ${name}`);
}

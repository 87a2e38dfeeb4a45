/** `/v1/settings`: what an operator may turn while the system runs. */
import { settings, settingsSchema, type Settings } from '../model/index.ts';
import { appliedAnswer, waitQuery, written, type WaitQuery, type Written } from './applied.ts';
import type { AdminContext } from './context.ts';
import { devicesNow, forceQuery, listenerObjection, touchedListeners } from './guard.ts';
import { operation, type Answer, type Input } from './operation.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { loadedState, readCurrent, writeOver, type Current } from './writing.ts';

const strictSchema = settingsSchema.strict();
/** Listeners have a resource of their own: what the body leaves out stays as it is there. */
const bodySchema = strictSchema
  .extend({ listeners: settingsSchema.shape.listeners.unwrap().optional() })
  .meta({ id: 'Settings' });

export function settingsRoutes(api: Api, context: AdminContext): void {
  const savedSchema = appliedAnswer(strictSchema);
  api.resource('/v1/settings', {
    get: operation({
      summary: 'The settings in force',
      answers: { 200: { description: 'All of them', schema: readAnswer(strictSchema.shape) } },
      handle: () => {
        const state = loadedState(context);
        return { revision: state.settingsRevision, body: state.settings };
      },
    }),
    put: operation({
      summary: 'Replace the settings',
      description:
        'What the body leaves out has its default; but `listeners`, if left out, stay as they are: `/v1/listeners` has them.',
      query: { ...forceQuery, ...waitQuery },
      body: bodySchema,
      answers: {
        200: { description: 'Replaced', schema: savedSchema },
        201: { description: 'Stored for the first time', schema: savedSchema },
      },
      errors: ['COHORT_WOULD_CLOSE'],
      isWrite: true,
      handle: async (input) => {
        const current = await readSettings(context, input.request);
        const { listeners = listenersOf(context, current), ...rest } = input.body;
        const value = { ...rest, listeners };
        return saveSettings(context, input, current, value, { isNew: current.revision === 0, body: value });
      },
    }),
  });
}

type Request = Input<unknown, unknown, unknown>['request'];

/** What is stored of the settings now. */
export function readSettings(context: AdminContext, request: Request): Promise<Current<Settings>> {
  return readCurrent(context, request, settings, '');
}

/** Of what is stored; where nothing is, or what cannot be read, those in force. */
export function listenersOf(context: AdminContext, { value }: Current<Settings>): Settings['listeners'] {
  return (value ?? context.states.state.settings).listeners;
}

/** Writes the settings; refuses to close connections without `force`. @throws CohortError COHORT_WOULD_CLOSE, … */
export async function saveSettings(
  context: AdminContext,
  {
    request,
    query,
  }: Pick<Input<unknown, WaitQuery & { force?: boolean | undefined }, unknown>, 'request' | 'query'>,
  current: Current<Settings>,
  value: Settings,
  answer: Pick<Written, 'isNew' | 'body'>,
): Promise<Answer> {
  const touched = touchedListeners(listenersOf(context, current), value.listeners);
  if (query.force !== true && touched.length > 0) {
    const objection = listenerObjection(touched, await devicesNow(context, request));
    if (objection !== undefined) throw objection;
  }
  const revision = await writeOver(context, settings, '', current, value);
  if (touched.length > 0) context.log.warn({ listeners: touched }, 'an operator has changed listeners');
  return written(context, request, query, {
    source: 'settings',
    id: '',
    revision,
    isSeen: (state) => state.settingsRevision >= revision,
    ...answer,
  });
}

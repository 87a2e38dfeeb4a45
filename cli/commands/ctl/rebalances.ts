/** `cohort ctl rebalances`: what moved and why, what would move, and the operator's say in it. */
import * as values from '../../values.ts';
import type { Json } from './client.ts';
import { pathOf, type Argument, type CtlCommand, type Values } from './command.ts';
import { oneCommand, watchOption, watchSeconds } from './reading.ts';
import type { Session } from './session.ts';
import { count, details, percent, plain, table, time, type Column } from './table.ts';
import { change, timeoutMs, untilDone, waitOptions, yesOption } from './writing.ts';

const LIST = '/v1/rebalances';
const ONE = '/v1/rebalances/{round}';
const UNDO = '/v1/rebalances/{round}/moves/{move}/undo';
const round: Argument = { name: 'round', about: 'its id, such as 7.42', of: 'round' };
const ROUTED_S = 120;
const waiting = waitOptions('every proxy routes by it', ROUTED_S);

interface Move {
  readonly index?: number;
  readonly organization?: string;
  readonly slots?: readonly (readonly [number, number])[];
  readonly target?: { readonly slot?: number; readonly organization?: string };
  readonly connections: number;
}
interface Round extends Json {
  readonly id: string;
  readonly at: string;
  readonly triggers: readonly string[];
  readonly moves: readonly Move[];
  readonly more: number;
}

/** What moves: an organization, or slots. */
function what(_value: unknown, row: Json): string {
  const { organization, slots, target } = row as unknown as Move;
  const name = organization ?? target?.organization;
  if (name !== undefined) return name;
  const runs = slots ?? (target?.slot === undefined ? [] : [[target.slot, target.slot] as const]);
  const total = runs.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return total === 1 ? `slot ${runs[0]![0]}` : `${total} slots`;
}

const moveColumns: readonly Column[] = [
  { head: 'WHAT', path: 'to', show: what },
  { head: 'FROM', path: 'from' },
  { head: 'TO', path: 'to' },
  { head: 'CONNECTIONS', path: 'connections', show: (value) => String(Math.round(Number(value))) },
  { head: 'GAIN', path: 'gain', show: percent },
  { head: 'WHY', path: 'words' },
];

const devicesOf = (moves: readonly Move[]): number =>
  Math.round(moves.reduce((sum, { connections }) => sum + connections, 0));

const overMean = (value: unknown): string =>
  typeof value === 'number' ? `${Math.round(value * 1000) / 1000}` : '-';

function roundText(body: Json): string {
  const { id, at, by, triggers, reason, worstOverMean, moves, more } = body as unknown as Round;
  const before = worstOverMean as readonly [number, number] | undefined;
  return [
    details([
      ['round', id],
      ['at', time(at)],
      ['by', by],
      ['triggers', triggers],
      ['reason', reason],
      ['worst over mean', before === undefined ? undefined : before.map(overMean).join(' → ')],
      ['more moves', more === 0 ? undefined : more],
    ]),
    moves.length === 0
      ? 'no moves'
      : table(
          [
            { head: 'MOVE', path: 'index' },
            ...moveColumns,
            { head: 'UNDONE', path: 'undone', show: (value) => (value === true ? 'yes' : '') },
          ],
          moves as unknown as Json[],
        ),
  ].join('\n\n');
}

function listText(body: Json): string {
  const rounds = body['rounds'] as Round[];
  const load = body['load'] as { balance: { worstOverMean: number | null }; alarms: Json[] } | null;
  return [
    details([
      ['paused', body['paused'] === true ? `since ${time(body['since'])}` : 'no'],
      ['worst over mean', load === null ? 'no device is connected' : overMean(load.balance.worstOverMean)],
      ...(load?.alarms ?? []).map((alarm) => ['alarm', alarm] as const),
    ]),
    rounds.length === 0
      ? 'no rounds'
      : table(
          [
            { head: 'ROUND', path: 'id' },
            { head: 'AT', path: 'at', show: time },
            {
              head: 'MOVES',
              path: 'moves',
              show: (value, row) => String((value as []).length + Number(row['more'])),
            },
            { head: 'CONNECTIONS', path: 'moves', show: (value) => String(devicesOf(value as Move[])) },
            { head: 'FOR', path: 'triggers' },
            { head: 'REASON', path: 'reason' },
          ],
          rounds,
        ),
  ].join('\n\n');
}

function planText(plan: Json): string {
  const moves = plan['moves'] as Json[];
  const { before, after } = plan as unknown as Record<string, { worstOverMean: number | null }>;
  if (moves.length === 0)
    return `Nothing is worth moving: worst over mean ${overMean(before!.worstOverMean)}.`;
  return [
    table(moveColumns, moves),
    details([
      ['connections', plan['connections']],
      ['worst over mean', `${overMean(before!.worstOverMean)} → ${overMean(after!.worstOverMean)}`],
      ['more to come', plan['isComplete'] === true ? undefined : 'the next round may have more moves'],
    ]),
  ].join('\n\n');
}

async function lastRound(session: Session): Promise<Round | undefined> {
  const { body } = await session.ask('get', LIST, { query: { limit: '1' } });
  return (body['rounds'] as Round[])[0];
}

/** Until there is another round, every proxy routes by it, and connections may follow. */
async function routed(
  session: Session,
  before: string | undefined,
  given: Values,
): Promise<Round | undefined> {
  let found: Round | undefined;
  await untilDone(session, 'the round', timeoutMs(given, ROUTED_S), async () => {
    found = await lastRound(session);
    if (found === undefined || found.id === before)
      return { share: 0, words: 'not written yet', isDone: false };
    const { body } = await session.ask('get', '/v1/overview');
    const proxies = body['proxies'] as { lag: string | null }[];
    const have = proxies.filter(({ lag }) => lag === '0').length;
    const { settled } = body['assignment'] as { settled: boolean };
    return {
      share: proxies.length === 0 ? 0 : have / proxies.length,
      words: `${have} of ${count(proxies.length, 'proxy', 'proxies')} route by it`,
      isDone: settled,
    };
  });
  return found;
}

/** After a round was asked for. */
async function accepted(
  session: Session,
  before: Round | undefined,
  given: Values,
  words: string,
): Promise<void> {
  if (given['wait'] !== true) return session.show({ json: {}, text: words });
  const found = await routed(session, before?.id, given);
  const devices = count(devicesOf(found?.moves ?? []), 'device');
  session.show({ json: found, text: `The round ${found?.id} is in force: ${devices} follow.` });
}

function pausing(verb: 'pause' | 'resume'): CtlCommand {
  return {
    words: `rebalances ${verb}`,
    about:
      verb === 'pause'
        ? 'Make no more rounds; drains, deaths and pins move all the same'
        : 'Make rounds again',
    operations: [`post ${LIST}/${verb}`],
    run: async (session) => {
      const { body } = await session.ask('post', `${LIST}/${verb}`);
      session.show({ json: body, text: body['paused'] === true ? 'No more rounds.' : 'Rounds are made.' });
    },
  };
}

export const rebalanceCommands: readonly CtlCommand[] = [
  {
    words: 'rebalances list',
    aliases: ['ls', 'history'],
    about: 'What moved and why, the last round first, and how even the load is',
    operations: [`get ${LIST}`],
    options: [
      { flags: '--limit <count>', about: 'how many rounds', query: 'limit', parse: values.whole(1, 200) },
      { flags: '--before <round>', about: 'only rounds before this one', query: 'before', of: 'round' },
      watchOption,
    ],
    run: (session, _args, given) =>
      session.watch(watchSeconds(given), async () => {
        const { limit = 20, before } = given as { limit?: number; before?: string };
        const query = { limit: String(limit), ...(before === undefined ? {} : { before }) };
        const { body } = await session.ask('get', LIST, { query });
        return { json: body, text: listText(body) };
      }),
  },
  oneCommand({
    words: 'rebalances get',
    aliases: ['show'],
    about: 'One round with its moves',
    path: ONE,
    args: [round],
    text: roundText,
  }),
  oneCommand({
    words: 'rebalances preview',
    about: 'What a round would move now; nothing is written',
    path: `${LIST}/preview`,
    text: planText,
  }),
  {
    words: 'rebalances apply',
    about: 'Make a round now, without waiting for its time',
    operations: [`get ${LIST}/preview`, `post ${LIST}/apply`, `get ${LIST}`],
    options: [yesOption, ...waiting],
    run: async (session, _args, given) => {
      const { body: plan } = await session.ask('get', `${LIST}/preview`);
      const moves = plan['moves'] as Json[];
      if (moves.length === 0) return session.show({ json: plan, text: planText(plan) });
      if (!session.isJson) session.say(planText(plan));
      const before = await lastRound(session);
      const question = `${count(moves.length, 'move')} would make ${count(Number(plan['connections']), 'device')} reconnect.`;
      await change(session, given, { method: 'post', path: `${LIST}/apply`, question });
      return accepted(
        session,
        before,
        given,
        'It is asked for: `cohort ctl rebalances list` has it in a moment.',
      );
    },
  },
  pausing('pause'),
  pausing('resume'),
  {
    words: 'rebalances undo',
    about: 'Take a move back; what was moved is then left alone for `undoneHoldMs`',
    operations: [`post ${UNDO}`, `get ${ONE}`],
    args: [round, { name: 'move', about: 'its number in the round: 0 is the first' }],
    options: [yesOption, ...waiting],
    run: async (session, args, given) => {
      const { body } = await session.ask('get', pathOf(ONE, args));
      const move = (body['moves'] as (Move & Json)[]).find(({ index }) => String(index) === args[1]);
      const question =
        move === undefined
          ? `Move ${args[1]} of ${args[0]} is taken back.`
          : `${what(undefined, move)} goes back from ${plain(move['to'])} to ${plain(move['from'])}: about ${count(Math.round(move.connections), 'device')} will be told to reconnect.`;
      const before = await lastRound(session);
      await change(session, given, { method: 'post', path: pathOf(UNDO, args), question });
      return accepted(
        session,
        before,
        given,
        'It is asked for: `cohort ctl rebalances list` has it in a moment.',
      );
    },
  },
];

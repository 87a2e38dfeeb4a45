/** `cohort ctl organizations`, `selectors`, `pins`, `quarantines`, `splits` and `scans`: where organizations are, and why. */
import { InvalidArgumentError } from 'commander';
import * as values from '../../values.ts';
import type { Json } from './client.ts';
import { pathOf, queryOf, type Argument, type CtlCommand, type Option } from './command.ts';
import { flagOptions, listCommand, nameOptions, oneCommand, watchOption, watchSeconds } from './reading.ts';
import type { Session } from './session.ts';
import { details, plain, table, time } from './table.ts';
import { change, ifMatchOption, written } from './writing.ts';

const ONE = '/v1/organizations/{organization}';
/** An organization that has devices, a pin or both: names are completed from those. */
export const organization: Argument = { name: 'organization', about: 'its name', of: 'organization' };

interface Seat {
  readonly server: string;
  readonly connections: number;
}

/** `server-1=12 server-3=2` */
export function seatsOf(value: unknown): string {
  const seats = (value ?? []) as readonly Seat[];
  return seats.length === 0
    ? '-'
    : seats.map(({ server, connections }) => `${server}=${connections}`).join(' ');
}

export const onOption = (about: string): Option => ({
  flags: '--on <server>',
  about,
  query: 'server',
  of: 'server',
});

/** What a split's reasons mean, in the words of docs/admin.md. */
const MEANING: Readonly<Record<string, string>> = {
  partition: 'a proxy does not see the assigned server healthy',
  drain: 'its devices are following a move, or leave a draining server',
  refused: 'they were told to reconnect, more than once, and are there again',
  'stale proxy': 'a proxy does not route by the assignment in force',
  fallback: 'the assigned server was away; they are sent back',
  'dead server': 'the server they sit on, or belong to, is dead',
  'suspect server': 'the assigned server has lost its lease',
  'no view': 'a proxy does not tell which servers it sees healthy',
  'no server': 'no server has its slot',
};

function oneText(body: Json, split: Json | undefined): string {
  const seats = body['seats'] as readonly (Seat & {
    proxies: readonly { proxy: string; connections: number }[];
  })[];
  const moves = body['moves'] as readonly Json[];
  const why = split === undefined ? undefined : (split['why'] as string | null);
  const traffic = body['traffic'] as { received: number; sent: number; messages: number };
  return [
    details([
      ['organization', body['organization']],
      ['slot', body['slot']],
      ['assigned', body['assigned']],
      ['pin', body['pin']],
      ['own pin', body['ownPin'] ?? undefined],
      ['selector', body['selector'] ?? undefined],
      ['quarantined', body['quarantined'] === true ? true : undefined],
      ['connections', body['connections']],
      ['traffic', `${Math.round(traffic.received)} B/s in, ${Math.round(traffic.sent)} B/s out`],
      ['split', body['split']],
      ...(split === undefined
        ? []
        : ([
            ['why', why === null ? 'the last scan did not see it yet' : `${why}: ${MEANING[why!] ?? ''}`],
            ['detail', split['detail']],
            ['action', split['action']],
          ] as const)),
    ]),
    '',
    seats.length === 0
      ? 'No device is connected.'
      : table(
          [
            { head: 'SERVER', path: 'server' },
            { head: 'CONNECTIONS', path: 'connections' },
            {
              head: 'PROXIES',
              path: 'proxies',
              show: (value) =>
                (value as { proxy: string; connections: number }[])
                  .map(({ proxy, connections }) => `${proxy}=${connections}`)
                  .join(' '),
            },
          ],
          seats as unknown as readonly Json[],
        ),
    ...(moves.length === 0
      ? []
      : [
          '',
          table(
            [
              { head: 'MOVED', path: 'at', show: time },
              { head: 'VERSION', path: 'version' },
              { head: 'BY', path: 'by' },
              { head: 'FROM', path: 'from' },
              { head: 'TO', path: 'to' },
            ],
            moves,
          ),
        ]),
  ].join('\n');
}

/** The split of one organization; undefined: it has none. */
async function splitOf(session: Session, name: string): Promise<Json | undefined> {
  const { body } = await session.ask('get', '/v1/splits', { query: { prefix: name, limit: '1000' } });
  return (body['splits'] as Json[]).find((one) => one['organization'] === name);
}

function label(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

export const organizationCommands: readonly CtlCommand[] = [
  listCommand({
    words: 'organizations list',
    aliases: ['ls'],
    about: 'Organizations: where they belong and where their devices sit',
    path: '/v1/organizations',
    member: 'organizations',
    columns: [
      { head: 'ORGANIZATION', path: 'organization' },
      { head: 'ASSIGNED', path: 'assigned' },
      { head: 'CONNECTIONS', path: 'connections' },
      { head: 'SERVERS', path: 'servers', show: seatsOf },
      { head: 'SPLIT', path: 'split' },
      { head: 'PIN', path: 'pin' },
      { head: 'SLOT', path: 'slot' },
    ],
    options: [
      ...nameOptions,
      {
        flags: '--sort <by>',
        about: 'by name, or the largest first',
        query: 'sort',
        choices: ['name', 'size'],
      },
      onOption('only those that belong to this server or have devices there'),
      ...flagOptions('split', 'split', 'only those on several servers', 'only those on one server'),
      ...flagOptions('pinned', 'pinned', 'only those with a pin', 'only those without a pin'),
      {
        flags: '--slot <number>',
        about: 'only those of this slot',
        query: 'slot',
        parse: values.whole(0, 16_383),
      },
    ],
  }),
  {
    words: 'organizations get',
    aliases: ['show'],
    about: 'Where an organization belongs, where its devices sit, its load and moves; if it is split, why',
    operations: [`get ${ONE}`, 'get /v1/splits'],
    args: [organization],
    options: [watchOption],
    run: (session, args, given) =>
      session.watch(watchSeconds(given), async () => {
        const { body } = await session.ask('get', pathOf(ONE, args));
        const split = body['split'] === true ? await splitOf(session, args[0]!) : undefined;
        const json = split === undefined ? body : { ...body, why: split };
        return { json, text: oneText(body, split) };
      }),
  },
  oneCommand({
    words: 'selectors get',
    about: "Labels that an organization's server must have",
    path: `${ONE}/selector`,
    args: [organization],
    text: ({ organization: name, labels, etag }) =>
      details([
        ['organization', name],
        ['labels', labels],
        ['etag', etag],
      ]),
  }),
  {
    words: 'selectors set',
    about: 'Let an organization be on servers with these labels alone',
    operations: [`put ${ONE}/selector`],
    args: [organization],
    options: [{ flags: '--label <name=value>', about: 'may be repeated', parse: label }, ifMatchOption],
    run: async (session, args, given) => {
      const path = pathOf(`${ONE}/selector`, args);
      const answer = await change(session, given, {
        method: 'put',
        path,
        body: { labels: given['label'] ?? {} },
      });
      written(session, answer, `${args[0]} will be on servers with ${plain(answer.body['labels'])}.`);
    },
  },
  {
    words: 'selectors remove',
    aliases: ['rm'],
    about: 'Let an organization be on any server',
    operations: [`delete ${ONE}/selector`],
    args: [organization],
    run: async (session, args, given) => {
      const path = pathOf(`${ONE}/selector`, args);
      const answer = await change(session, given, { method: 'delete', path });
      written(session, answer, `${args[0]} may be on any server.`);
    },
  },
  listCommand({
    words: 'splits list',
    aliases: ['ls'],
    about: 'Organizations whose devices sit on several servers, and why',
    path: '/v1/splits',
    member: 'splits',
    before: ({ scannedAt }) => (scannedAt === null ? undefined : `why: by the scan of ${time(scannedAt)}`),
    columns: [
      { head: 'ORGANIZATION', path: 'organization' },
      { head: 'ASSIGNED', path: 'assigned' },
      { head: 'SERVERS', path: 'servers', show: seatsOf },
      { head: 'WHY', path: 'why' },
      { head: 'ACTION', path: 'action' },
      { head: 'DETAIL', path: 'detail' },
    ],
    options: [
      ...nameOptions,
      onOption('only those with devices there'),
      { flags: '--why <reason>', about: 'only those', query: 'why', choices: Object.keys(MEANING) },
    ],
    notes: Object.entries(MEANING)
      .map(([name, words]) => `  ${name.padEnd(14)}  ${words}`)
      .join('\n'),
  }),
  {
    words: 'scans list',
    aliases: ['ls'],
    about: "The leader's last scans for devices out of place",
    operations: ['get /v1/scans'],
    options: [
      { flags: '--limit <count>', about: 'how many at most', query: 'limit', parse: values.whole(1, 50) },
      watchOption,
    ],
    run: (session, _args, given) =>
      session.watch(watchSeconds(given), async () => {
        const query = queryOf([{ flags: '--limit', about: '', query: 'limit' }], given);
        const { body } = await session.ask('get', '/v1/scans', { query });
        const text = table(
          [
            { head: 'AT', path: 'at', show: time },
            { head: 'BY', path: 'by' },
            { head: 'TRIGGER', path: 'trigger' },
            { head: 'FOUND', path: 'found', show: (value) => String((value as unknown[]).length) },
            { head: 'ORDERED', path: 'ordered' },
            { head: 'HEALED', path: 'healed' },
            { head: 'LEFT', path: 'left' },
          ],
          body['scans'] as Json[],
        );
        return { json: body, text };
      }),
  },
  {
    words: 'scans start',
    about: 'Scan at once',
    operations: ['post /v1/scans'],
    run: async (session) => {
      const { body } = await session.ask('post', '/v1/scans');
      session.show({ json: body, text: 'A scan begins: `cohort ctl scans list` has it in a moment.' });
    },
  },
];

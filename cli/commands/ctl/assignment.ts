/** `cohort ctl assignment`, `proxies`, `leader`, `connections` and `applied`: what proxies route by, and who has it. */
import * as values from '../../values.ts';
import type { Json } from './client.ts';
import { queryOf, type CtlCommand, type Option } from './command.ts';
import { CtlFailure } from './failure.ts';
import { flagOptions, listCommand, nameOptions, oneCommand } from './reading.ts';
import { count, details, plain, table, time } from './table.ts';

interface Diff {
  readonly from: string;
  readonly to: string;
  readonly joined: readonly string[];
  readonly left: readonly string[];
  readonly movedSlots: number;
  readonly movedPins: number;
  readonly totals: readonly Json[];
  readonly pins: readonly Json[];
}

function diffText(body: Json): string {
  const { from, to, joined, left, movedSlots, movedPins, totals, pins } = body as unknown as Diff;
  const parts = [
    details([
      ['versions', `${from} → ${to}`],
      ['joined', joined],
      ['left', left],
      ['moved', `${count(movedSlots, 'slot')}, ${count(movedPins, 'pin')}`],
    ]),
  ];
  if (totals.length > 0) {
    parts.push(
      table(
        [
          { head: 'FROM', path: 'from' },
          { head: 'TO', path: 'to' },
          { head: 'SLOTS', path: 'slots' },
          { head: 'PINS', path: 'pins' },
        ],
        totals,
      ),
    );
  }
  if (pins.length > 0) {
    parts.push(
      table(
        [
          { head: 'ORGANIZATION', path: 'organization' },
          { head: 'FROM', path: 'from' },
          { head: 'TO', path: 'to' },
        ],
        pins,
      ),
    );
  }
  return parts.join('\n\n');
}

/** `7.42` */
const position = (value: unknown): string => {
  const found = value as { epoch: string; version: string } | null;
  return found === null ? '-' : `${found.epoch}.${found.version}`;
};

const refusals = (value: unknown): string =>
  (value as { type: string; name: string; message: string }[])
    .map(({ type, name, message }) => `${type} ${name}: ${message}`)
    .join('; ') || '-';

const appliedOptions: readonly Option[] = [
  {
    flags: '--source <what>',
    about: 'what was written (default: servers)',
    query: 'source',
    choices: ['servers', 'pins', 'settings', 'quarantines'],
  },
  { flags: '--id <id>', about: 'of what was written', query: 'id' },
  { flags: '--timeout <seconds>', about: 'how long it waits at most (default: 30)', parse: values.seconds },
];

export const assignmentCommands: readonly CtlCommand[] = [
  oneCommand({
    words: 'assignment get',
    aliases: ['show'],
    about: 'What proxies route by',
    path: '/v1/assignment',
    options: [
      { flags: '--slots', about: 'with the table, as runs of slots', query: 'slots' },
      { flags: '--no-pins', about: 'without the pins in force', query: 'pins' },
    ],
    text: (body) => {
      const slots = body['slots'] as readonly (readonly [number, number, string | null])[] | undefined;
      const pins = Object.entries((body['pins'] ?? {}) as Json).map(([organization, server]) => ({
        organization,
        server,
      }));
      return [
        details([
          ['position', position(body)],
          ['table version', body['tableVersion']],
          ['drain up to', body['drainUpTo']],
        ]),
        table(
          [
            { head: 'SERVER', path: 'id' },
            { head: 'SLOTS', path: 'slots' },
            { head: 'PINS', path: 'pins' },
          ],
          body['servers'] as Json[],
        ),
        ...(pins.length === 0
          ? []
          : [
              table(
                [
                  { head: 'PIN OF', path: 'organization' },
                  { head: 'SERVER', path: 'server' },
                ],
                pins,
              ),
            ]),
        ...(slots === undefined
          ? []
          : [
              table(
                [
                  { head: 'FIRST', path: 'first' },
                  { head: 'LAST', path: 'last' },
                  { head: 'SERVER', path: 'server' },
                ],
                slots.map(([first, last, server]) => ({ first, last, server })),
              ),
            ]),
      ].join('\n\n');
    },
  }),
  oneCommand({
    words: 'assignment versions',
    about: 'The last assignments that the replica has seen',
    path: '/v1/assignment/versions',
    text: ({ versions }) =>
      table(
        [
          { head: 'AT', path: 'at', show: time },
          { head: 'EPOCH', path: 'epoch' },
          { head: 'VERSION', path: 'version' },
          { head: 'TABLE', path: 'tableVersion' },
          { head: 'DRAIN UP TO', path: 'drainUpTo' },
          { head: 'SLOTS MOVED', path: 'movedSlots' },
          { head: 'PINS MOVED', path: 'movedPins' },
        ],
        versions as Json[],
      ),
  }),
  {
    words: 'assignment diff',
    about: 'What is different between two assignments',
    operations: ['get /v1/assignment/diff'],
    args: [
      { name: 'from', about: 'a version' },
      { name: 'to', about: 'a version; left out: the one in force', isOptional: true },
    ],
    run: async (session, [from = '', to]) => {
      const query = { from, ...(to === undefined ? {} : { to }) };
      const { body } = await session.ask('get', '/v1/assignment/diff', { query });
      session.show({ json: body, text: diffText(body) });
    },
  },
  {
    words: 'applied',
    about: 'Wait until every proxy has applied a write',
    operations: ['get /v1/applied'],
    args: [{ name: 'revision', about: 'the number in the etag of the write' }],
    options: appliedOptions,
    run: async (session, [revision = ''], given) => {
      const ms = Math.round(((given['timeout'] as number | undefined) ?? 30) * 1000);
      const query = {
        source: 'servers',
        ...queryOf(appliedOptions, given),
        revision: revision.replaceAll('"', ''),
        timeoutMs: String(ms),
      };
      const { body } = await session.ask('get', '/v1/applied', { query, patienceMs: ms + 10_000 });
      const waiting = body['waiting'] as { proxy?: string; replica?: string; why: string }[];
      const late = waiting.map(({ proxy, replica, why }) => `${proxy ?? replica ?? 'the leader'}: ${why}`);
      const text =
        body['complete'] === true ? `${count(Number(body['proxies']), 'proxy', 'proxies')} applied it.` : '';
      session.show({ json: body, text: text || 'It is not applied by all.' });
      if (body['complete'] !== true)
        throw CtlFailure.of('COHORT_CTL_INCOMPLETE', late.join('; '), 'INCOMPLETE');
    },
  },
];

export const proxyCommands: readonly CtlCommand[] = [
  listCommand({
    words: 'proxies list',
    aliases: ['ls'],
    about: 'Proxies: what they have applied, and what they refuse',
    path: '/v1/proxies',
    member: 'proxies',
    columns: [
      { head: 'ID', path: 'id' },
      { head: 'ENVOY', path: 'envoy' },
      { head: 'WORKERS', path: 'workers' },
      { head: 'CONNECTIONS', path: 'connections' },
      { head: 'APPLIED', path: 'applied', show: position },
      { head: 'LAG', path: 'lag' },
      { head: 'REPLICAS', path: 'replicas' },
      { head: 'REFUSES', path: 'refused', show: refusals },
    ],
    options: [
      ...nameOptions,
      ...flagOptions('behind', 'behind', 'only those without the assignment in force', 'only those with it'),
      ...flagOptions(
        'refusing',
        'refusing',
        'only those that refuse something',
        'only those that refuse nothing',
      ),
      { flags: '--no-health', about: 'without what each sees of every server (JSON)', query: 'health' },
    ],
  }),
  oneCommand({
    words: 'proxies get',
    aliases: ['show'],
    about: 'One proxy: what it has acknowledged, what it refuses, and what it sees of the servers',
    path: '/v1/proxies/{id}',
    args: [{ name: 'id', about: 'of the proxy', of: 'proxy' }],
    text: (body) => {
      const { acks, health, refused, late, applied, id, envoy, workers, connections, lag, replicas } = body;
      return [
        details([
          ['id', id],
          ['envoy', envoy],
          ['workers', workers],
          ['connections', connections],
          ['replicas', replicas],
          ['applied', position(applied)],
          ['lag', lag],
          ['refuses', refusals(refused)],
          [
            'late with',
            (late as { type: string; name: string }[]).map(({ type, name }) => `${type} ${name}`),
          ],
        ]),
        table(
          [
            { head: 'TYPE', path: 'type' },
            { head: 'RESOURCES', path: 'resources' },
            { head: 'ACKED', path: 'acked' },
            { head: 'MISSING', path: 'missing' },
          ],
          acks as Json[],
        ),
        health === null
          ? 'It has said nothing about the servers.'
          : table(
              [
                { head: 'CLUSTER', path: 'cluster' },
                { head: 'SERVER', path: 'server' },
                { head: 'HEALTH', path: 'health' },
                { head: 'FOR', path: 'forMs', show: (value) => `${Math.round(Number(value) / 1000)} s` },
              ],
              health as Json[],
            ),
      ].join('\n\n');
    },
  }),
  oneCommand({
    words: 'leader',
    about: 'Who leads, what it waits for, and the assignments it wrote',
    path: '/v1/leader',
    text: ({ id, waiting, records }) =>
      [
        details([
          ['leader', id],
          ...(waiting as Json[]).map((one) => ['waits for', waitingWords(one)] as const),
        ]),
        table(
          [
            { head: 'AT', path: 'at', show: time },
            { head: 'KIND', path: 'kind' },
            { head: 'EPOCH', path: 'epoch' },
            { head: 'VERSION', path: 'version' },
            { head: 'SLOTS MOVED', path: 'movedSlots' },
            { head: 'LATE', path: 'late' },
            { head: 'REASON', path: 'reason' },
          ],
          records as Json[],
        ),
      ].join('\n\n'),
  }),
  oneCommand({
    words: 'connections',
    about: 'How many connections each server has',
    path: '/v1/connections',
    text: ({ servers, missing }) => {
      const rows = Object.entries(servers as Json).map(([server, connections]) => ({ server, connections }));
      const late = missing as string[];
      return [
        table(
          [
            { head: 'SERVER', path: 'server' },
            { head: 'CONNECTIONS', path: 'connections' },
          ],
          rows,
        ),
        ...(late.length === 0
          ? []
          : [`There may be more: ${late.join(', ')} has not told of its proxies yet.`]),
      ].join('\n');
    },
  }),
];

/** What a leader waits for, in words. */
export function waitingWords(waiting: Json): string {
  const { for: what, ...rest } = waiting;
  return `${plain(what)} ${plain(rest)}`;
}

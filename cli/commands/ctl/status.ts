/** `cohort ctl overview`, `verdicts`, `brake`, `events`, `health`, `ready`, `metrics`, `openapi`. */
import type { Json } from './client.ts';
import { queryOf, type CtlCommand, type Option } from './command.ts';
import { waitingWords } from './assignment.ts';
import { followEvents } from './events.ts';
import { listCommand, nameOptions, oneCommand } from './reading.ts';
import { count, details, percent, plain, table, time } from './table.ts';
import { change, yesOption } from './writing.ts';

interface Overview {
  readonly leader: string | null;
  readonly missing: readonly string[];
  readonly waiting: readonly Json[];
  readonly brake: { readonly engaged: boolean };
  readonly counts: Readonly<Record<string, number>>;
  readonly assignment: { readonly epoch: string; readonly version: string; readonly settled: boolean } | null;
  readonly servers: readonly Json[];
  readonly proxies: readonly Json[];
}

function overviewText(body: Json): string {
  const { leader, missing, waiting, brake, counts, assignment, servers, proxies } =
    body as unknown as Overview;
  const applied = proxies.filter(({ lag }) => lag === '0').length;
  return [
    details([
      ['leader', leader ?? 'nobody leads'],
      ['missing replicas', missing.length === 0 ? undefined : missing],
      ...waiting.map((one) => ['waits for', waitingWords(one)] as const),
      ['brake', brake.engaged ? 'engaged: `cohort ctl brake release`' : undefined],
      [
        'assignment',
        assignment === null
          ? 'none yet'
          : `${assignment.epoch}.${assignment.version}, applied by ${applied} of ${count(proxies.length, 'proxy', 'proxies')}${assignment.settled ? '' : ', not settled'}`,
      ],
      ['connections', counts['connections']],
      ['organizations', counts['organizations']],
      ['split', counts['splitOrganizations']],
      ['pins', counts['pins']],
      ['quarantines', counts['quarantines']],
    ]),
    table(
      [
        { head: 'SERVER', path: 'id' },
        { head: 'STATE', path: 'state' },
        { head: 'HEALTH', path: 'verdict' },
        { head: 'CONNECTIONS', path: 'connections' },
        { head: 'ORGANIZATIONS', path: 'organizations' },
        {
          head: 'LOAD',
          path: 'worst',
          show: (value) => {
            const worst = value as { share: number; dimension: string } | null;
            return worst === null ? '-' : `${percent(worst.share)} ${worst.dimension}`;
          },
        },
        { head: 'SLOTS', path: 'slots' },
        { head: 'PINS', path: 'pins' },
      ],
      servers,
    ),
    table(
      [
        { head: 'PROXY', path: 'id' },
        { head: 'CONNECTIONS', path: 'connections' },
        { head: 'LAG', path: 'lag' },
        { head: 'REFUSES', path: 'refused' },
        { head: 'LATE', path: 'late' },
      ],
      proxies,
    ),
  ].join('\n\n');
}

const eventOptions: readonly Option[] = [
  { flags: '--types <names>', about: 'only these, separated by commas', query: 'types' },
  { flags: '--since <id>', about: 'from the event after this one on, if the leader still has it' },
];

function probe(words: string, path: string, about: string): CtlCommand {
  return {
    words,
    about,
    operations: [`get ${path}`],
    run: async (session) => {
      const { body } = await session.ask('get', path);
      session.show({ json: body, text: plain(body['status']) });
    },
  };
}

function raw(words: string, path: string, about: string): CtlCommand {
  return {
    words,
    about,
    operations: [`get ${path}`],
    run: async (session) => session.print((await session.ask('get', path)).text),
  };
}

export const statusCommands: readonly CtlCommand[] = [
  oneCommand({
    words: 'overview',
    about: 'Everything at a glance',
    path: '/v1/overview',
    options: [{ flags: '--slots', about: 'with the slot table (JSON)', query: 'slots' }],
    text: overviewText,
  }),
  listCommand({
    words: 'verdicts list',
    aliases: ['ls'],
    about: 'Which servers are dead, and why; the brake',
    path: '/v1/verdicts',
    member: 'servers',
    before: ({ brake }) =>
      (brake as { engaged: boolean }).engaged ? `The brake is engaged: ${plain(brake)}` : undefined,
    columns: [
      { head: 'SERVER', path: 'id' },
      { head: 'VERDICT', path: 'state' },
      { head: 'SINCE', path: 'since', show: time },
      { head: 'HELD UNTIL', path: 'heldUntil', show: time },
      { head: 'AVOIDED', path: 'avoided', show: (value) => (value === null ? 'no' : 'yes') },
      { head: 'SAY DEAD', path: 'sayDead' },
      { head: 'WHY', path: 'why' },
    ],
    options: [
      ...nameOptions,
      {
        flags: '--state <state>',
        about: 'only these',
        query: 'state',
        choices: ['alive', 'suspect', 'dead'],
      },
    ],
  }),
  {
    words: 'brake release',
    about: 'Release the brake, so that what died servers have moves away again',
    operations: ['post /v1/brake/release'],
    options: [yesOption],
    run: async (session, _args, given) => {
      const question = 'What servers that died have moves to others, with all devices of its organizations.';
      const { body } = await change(session, given, { method: 'post', path: '/v1/brake/release', question });
      session.show({ json: body, text: 'The brake is released.' });
    },
  },
  {
    words: 'events',
    about: 'Every change as it happens, until Ctrl-C; -o json writes an object a line',
    operations: ['get /v1/events'],
    options: eventOptions,
    run: (session, _args, given) =>
      followEvents(session, queryOf(eventOptions, given), given['since'] as string | undefined),
  },
  probe('health', '/healthz', 'Whether the control plane runs'),
  probe('ready', '/readyz', 'Whether it has read etcd and serves proxies'),
  raw('metrics', '/metrics', 'Its metrics, in the text format of Prometheus'),
  raw('openapi', '/openapi.json', 'The admin interface as an OpenAPI document'),
];

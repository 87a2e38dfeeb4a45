/** `cohort ctl pins`. */
import type { Answer } from './client.ts';
import { pathOf, type CtlCommand, type Values } from './command.ts';
import { onOption, organization } from './organizations.ts';
import { flagOptions, listCommand, nameOptions, oneCommand } from './reading.ts';
import type { Session } from './session.ts';
import { count, details } from './table.ts';
import {
  APPLIED_S,
  appliedOptions,
  change,
  ifMatchOption,
  timeoutMs,
  untilDone,
  waitOptions,
  waitQuery,
  written,
  yesOption,
} from './writing.ts';

const ONE = '/v1/pins/{organization}';
const ORGANIZATION = '/v1/organizations/{organization}';
/** Seconds that devices may take to follow: each has up to ten minutes for its next message. */
const FOLLOW_S = 1_800;
const waiting = waitOptions('all of its devices sit there', FOLLOW_S);

interface Seats {
  readonly connections: number;
  readonly assigned: string | null;
  readonly seats: readonly { readonly server: string; readonly connections: number }[];
}

async function seatsOf(session: Session, name: string): Promise<Seats> {
  const { body } = await session.ask('get', pathOf(ORGANIZATION, [name]));
  return body as unknown as Seats;
}

/** How many devices would have to come again. @param to undefined: wherever it belongs without a pin */
async function question(session: Session, name: string, to: string | undefined): Promise<string> {
  const { connections, seats } = await seatsOf(session, name);
  const there = seats.find(({ server }) => server === to)?.connections ?? 0;
  const going = connections - there;
  const where = to ?? "its slot's server";
  return `${name} will belong to ${where}: ${count(going, 'device')} will be told to reconnect.`;
}

/** Until all devices sit where the assignment has the organization. */
async function followed(
  session: Session,
  name: string,
  given: Values,
  answer: Answer,
  to?: string,
): Promise<void> {
  const applied = answer.body['applied'] as { complete?: boolean } | undefined;
  if (applied?.complete === false) return;
  await untilDone(session, `moving ${name}`, timeoutMs(given, FOLLOW_S), async () => {
    const { connections, assigned, seats } = await seatsOf(session, name);
    const there = seats.find(({ server }) => server === (to ?? assigned))?.connections ?? 0;
    const left = connections - there;
    const words = `${count(left, 'device')} to come`;
    return { share: connections === 0 ? 1 : there / connections, words, isDone: left === 0 };
  });
}

export const pinCommands: readonly CtlCommand[] = [
  listCommand({
    words: 'pins list',
    aliases: ['ls'],
    about: 'Organizations with a server of their own choosing',
    path: '/v1/pins',
    member: 'pins',
    columns: [
      { head: 'ORGANIZATION', path: 'organization' },
      { head: 'SERVER', path: 'server' },
      { head: 'IN FORCE', path: 'inForce' },
    ],
    options: [
      ...nameOptions,
      onOption('only pins to this server'),
      ...flagOptions('in-force', 'inForce', 'only those in force', 'only those that are suspended'),
    ],
  }),
  oneCommand({
    words: 'pins get',
    aliases: ['show'],
    about: 'The pin of an organization',
    path: ONE,
    args: [{ ...organization, of: 'pin' }],
    text: ({ organization: name, server, inForce, etag }) =>
      details([
        ['organization', name],
        ['server', server],
        ['in force', inForce],
        ['etag', etag],
      ]),
  }),
  {
    words: 'pins set',
    about: 'Pin an organization to a server: its devices move there',
    operations: [`put ${ONE}`, `get ${ORGANIZATION}`],
    args: [organization, { name: 'server', about: 'where it is to be', of: 'server' }],
    options: [yesOption, ifMatchOption, ...waiting],
    run: async (session, args, given) => {
      const [name = '', server = ''] = args;
      const answer = await change(session, given, {
        method: 'put',
        path: pathOf(ONE, args),
        body: { server },
        question: await question(session, name, server),
        ...waitQuery(given, FOLLOW_S),
      });
      if (given['wait'] === true) await followed(session, name, given, answer, server);
      written(session, answer, `${name} is pinned to ${server}.`);
    },
  },
  {
    words: 'pins remove',
    aliases: ['rm'],
    about: "Let an organization go back to its slot's server",
    operations: [`delete ${ONE}`, `get ${ONE}`, `get ${ORGANIZATION}`],
    args: [{ ...organization, of: 'pin' }],
    options: [yesOption, ifMatchOption, ...waiting],
    run: async (session, args, given) => {
      const name = args[0]!;
      const path = pathOf(ONE, args);
      const { etag } = await session.ask('get', path);
      const answer = await change(session, given, {
        method: 'delete',
        path,
        basis: etag,
        question: await question(session, name, undefined),
        ...waitQuery(given, FOLLOW_S),
      });
      if (given['wait'] === true) await followed(session, name, given, answer);
      written(session, answer, `${name} has no pin any more.`);
    },
  },
];

/** Commands about quarantines. */
export const quarantineCommands: readonly CtlCommand[] = [
  listCommand({
    words: 'quarantines list',
    aliases: ['ls'],
    about: 'Organizations that have a server to themselves, since servers died soon after they had come',
    path: '/v1/quarantines',
    member: 'quarantines',
    columns: [
      { head: 'ORGANIZATION', path: 'organization' },
      { head: 'SERVER', path: 'server' },
      { head: 'IN FORCE', path: 'inForce' },
      { head: 'SINCE', path: 'since' },
      {
        head: 'DEATHS',
        path: 'deaths',
        show: (value) => (value as { server: string }[]).map(({ server }) => server).join(', '),
      },
    ],
    options: nameOptions,
  }),
  oneCommand({
    words: 'quarantines get',
    aliases: ['show'],
    about: 'The quarantine of an organization',
    path: '/v1/quarantines/{organization}',
    args: [{ ...organization, of: 'quarantine' }],
    text: ({ deaths, ...rest }) =>
      details([
        ...Object.entries(rest),
        ...(deaths as { server: string; at: string; arrived: string }[]).map(
          ({ server, at, arrived }) => [`death of ${server}`, `${at}; it had come at ${arrived}`] as const,
        ),
      ]),
  }),
  {
    words: 'quarantines lift',
    about: 'Lift a quarantine',
    operations: ['delete /v1/quarantines/{organization}', `get ${ORGANIZATION}`],
    args: [{ ...organization, of: 'quarantine' }],
    options: [yesOption, ifMatchOption, ...appliedOptions],
    run: async (session, args, given) => {
      const path = pathOf('/v1/quarantines/{organization}', args);
      const { etag } = await session.ask('get', path);
      const { connections } = await seatsOf(session, args[0]!);
      const answer = await change(session, given, {
        method: 'delete',
        path,
        basis: etag,
        question: `${args[0]} will share a server with others again: ${count(connections, 'device')} may move.`,
        ...waitQuery(given, APPLIED_S),
      });
      written(session, answer, `${args[0]} is not in quarantine any more.`);
    },
  },
];

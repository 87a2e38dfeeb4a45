/** `cohort ctl servers`. */
import { InvalidArgumentError } from 'commander';
import * as values from '../../values.ts';
import { applyCommand } from './applying.ts';
import type { Json } from './client.ts';
import { pathOf, type Argument, type CtlCommand, type Option, type Values } from './command.ts';
import { CtlFailure } from './failure.ts';
import { flagOptions, listCommand, nameOptions, oneCommand } from './reading.ts';
import type { Session } from './session.ts';
import { count, details, percent, plain, table, type Column } from './table.ts';
import {
  APPLIED_S,
  appliedOptions,
  change,
  fileContents,
  fileOption,
  forceOption,
  ifMatchOption,
  timeoutMs,
  untilDone,
  waitOptions,
  waitQuery,
  written,
  yesOption,
} from './writing.ts';

const LIST = '/v1/servers';
const ONE = '/v1/servers/{id}';
const id: Argument = { name: 'id', about: 'of the server', of: 'server' };
/** Seconds that a server may take until it is empty: a drained device has up to ten minutes for its next message. */
const EMPTY_S = 1_800;

/** The dimension that is used most, of those with a limit. */
function worst(load: unknown): string {
  let found = '-';
  let most = -1;
  for (const [dimension, { share }] of Object.entries(load as Record<string, { share: number | null }>)) {
    if (share === null || share <= most) continue;
    most = share;
    found = `${percent(share)} ${dimension}`;
  }
  return found;
}

const columns: readonly Column[] = [
  { head: 'ID', path: 'id' },
  { head: 'STATE', path: 'state' },
  { head: 'HEALTH', path: 'health.state' },
  { head: 'CONNECTIONS', path: 'connections' },
  { head: 'LOAD', path: 'load', show: worst },
  { head: 'SLOTS', path: 'slots' },
  { head: 'PINS', path: 'pins' },
  { head: 'WEIGHT', path: 'weight' },
  { head: 'LABELS', path: 'labels' },
];

function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function healthPorts(text: string, before: Record<string, number> = {}): Record<string, number> {
  const [kind = '', port = ''] = text.split('=');
  return { ...before, [kind]: values.whole(1, 65_535)(port) };
}

const sides: readonly Option[] = [
  { flags: '--weight <number>', about: 'its share of the slots', parse: Number },
  { flags: '--connections <count>', about: 'how many it can carry', parse: values.whole(1) },
  { flags: '--label <name=value>', about: 'may be repeated; replaces all labels', parse: pair },
  {
    flags: '--health-port <kind=port>',
    about: 'another port that answers health checks of this kind; may be repeated',
    parse: healthPorts,
  },
];

function sidesOf({ weight, connections, label, healthPort }: Values): Record<string, unknown> {
  return {
    ...(weight === undefined ? {} : { weight }),
    ...(connections === undefined ? {} : { capacity: { connections } }),
    ...(label === undefined ? {} : { labels: label }),
    ...(healthPort === undefined ? {} : { healthCheck: { ports: healthPort } }),
  };
}

const none = (name: string): Option => ({ flags: `--no-${name}`, about: 'take it away' });

/** Drains, or brings back. */
function stateCommand(verb: 'drain' | 'undrain'): CtlCommand {
  const state = verb === 'drain' ? 'draining' : 'active';
  return {
    words: `servers ${verb}`,
    about:
      verb === 'drain' ? 'Empty a server: its devices move to others' : 'Let a server take devices again',
    operations: [`patch ${ONE}`, `get ${ONE}`],
    args: [id],
    options: [
      forceOption,
      ...(verb === 'drain' ? [yesOption] : []),
      ifMatchOption,
      ...(verb === 'drain' ? waitOptions('no device is left on it', EMPTY_S) : appliedOptions),
    ],
    run: async (session, args, given) => {
      const path = pathOf(ONE, args);
      const name = args[0]!;
      const { body: server, etag } = await session.ask('get', path);
      const devices = Number(server['connections'] ?? 0);
      const isAlready = server['state'] === state;
      const answer = await change(session, given, {
        method: 'patch',
        path,
        body: { state },
        basis: etag,
        isGuarded: true,
        ...(verb === 'drain' && !isAlready
          ? {
              question: `${count(devices, 'device')} on ${name} will be told to reconnect, and move to other servers.`,
            }
          : {}),
        ...(verb === 'undrain' ? waitQuery(given, APPLIED_S) : {}),
      });
      if (verb === 'undrain') return written(session, answer, `${name} takes devices again.`);
      if (given['wait'] === true) await emptied(session, path, name, devices, timeoutMs(given, EMPTY_S));
      const words =
        given['wait'] === true ? `${name} is empty.` : `${name} drains: ${count(devices, 'device')} to go.`;
      return session.show({ json: answer.body, text: words });
    },
  };
}

async function emptied(
  session: Session,
  path: string,
  name: string,
  atFirst: number,
  mostMs: number,
): Promise<void> {
  let most = atFirst;
  await untilDone(session, `draining ${name}`, mostMs, async () => {
    const { body } = await session.ask('get', path);
    const left = body['connections'] as number | null;
    if (left === null) return undefined;
    most = Math.max(most, left);
    const words = `${count(left, 'device')} left`;
    return { share: most === 0 ? 1 : 1 - left / most, words, isDone: left === 0 && body['slots'] === 0 };
  });
}

function one(body: Json): string {
  const { id: name, state, health, ports, weight, capacity, labels, healthCheck, slots, pins, etag } = body;
  const { state: verdict, why, avoided } = health as Record<string, unknown>;
  const load = Object.entries(body['load'] as Record<string, Json>).map(([dimension, usage]) => ({
    dimension,
    ...usage,
  }));
  const address = (port: unknown): string => values.printAddress(port as { host: string; port: number });
  return [
    details([
      ['id', name],
      ['state', state],
      ['health', `${plain(verdict)}: ${plain(why)}`],
      ['avoided', avoided === null ? undefined : avoided],
      ['quarantine', body['quarantine'] ?? undefined],
      ...Object.entries(ports as object).map(([kind, port]) => [`port ${kind}`, address(port)] as const),
      ['unresolved', body['unresolved']],
      ['health ports', (healthCheck as Json | undefined)?.['ports']],
      ['weight', weight],
      ['capacity', capacity],
      ['labels', labels],
      ['slots', slots],
      ['pins', pins],
      ['connections', body['connections'] ?? 'not known: nobody leads'],
      ['etag', etag],
    ]),
    '',
    table(
      [
        { head: 'LOAD', path: 'dimension' },
        { head: 'USED', path: 'used', show: (value) => String(Math.round(Number(value) * 100) / 100) },
        { head: 'LIMIT', path: 'limit' },
        { head: 'SHARE', path: 'share', show: percent },
      ],
      load,
    ),
  ].join('\n');
}

export const serverCommands: readonly CtlCommand[] = [
  listCommand({
    words: 'servers list',
    aliases: ['ls'],
    about: 'Servers with what they carry',
    path: LIST,
    member: 'servers',
    columns,
    options: [
      ...nameOptions,
      { flags: '--state <state>', about: 'only these', query: 'state', choices: ['active', 'draining'] },
      {
        flags: '--verdict <verdict>',
        about: 'only these',
        query: 'verdict',
        choices: ['alive', 'suspect', 'dead'],
      },
      { flags: '--label <name[=value]>', about: 'only servers with this label', query: 'label' },
      ...flagOptions(
        'assigned',
        'assigned',
        'only those that devices are sent to',
        'only those that none are sent to',
      ),
    ],
  }),
  oneCommand({
    words: 'servers get',
    aliases: ['show'],
    about: 'One server',
    path: ONE,
    args: [id],
    text: one,
  }),
  {
    words: 'servers create',
    about: 'Create a server; fails if there is one of that id',
    operations: [`post ${LIST}`],
    args: [{ ...id, isOptional: true }],
    options: [
      {
        flags: '--port <kind=host:port>',
        about: 'where it listens, for each kind in use; may be repeated',
        parse: values.port,
      },
      ...sides,
      fileOption,
      ...waitOptions('every proxy has seen it healthy and sends devices there', APPLIED_S),
    ],
    run: async (session, [name], given) => {
      const { port: ports } = given;
      const fromFile = given['file'] === undefined ? {} : await fileContents(given);
      const body = {
        ...fromFile,
        ...(name === undefined ? {} : { id: name }),
        ...(ports === undefined ? {} : { ports }),
        ...sidesOf(given),
      };
      const wait = waitQuery(given, APPLIED_S);
      const answer = await session.ask('post', LIST, { body, ...wait });
      written(
        session,
        answer,
        `${plain(answer.body['id'])} is created: it gets devices once proxies see it healthy.`,
      );
    },
  },
  {
    words: 'servers set',
    about: "Change a server's weight, capacity, labels or health check",
    operations: [`patch ${ONE}`],
    args: [id],
    options: [
      ...sides,
      none('connections'),
      none('label'),
      none('health-port'),
      forceOption,
      ifMatchOption,
      ...appliedOptions,
    ],
    run: async (session, args, given) => {
      const gone = (key: string): boolean => given[key] === false;
      const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== false));
      const body = {
        ...sidesOf(kept),
        ...(gone('connections') ? { capacity: null } : {}),
        ...(gone('label') ? { labels: null } : {}),
        ...(gone('healthPort') ? { healthCheck: null } : {}),
      };
      if (Object.keys(body).length === 0) {
        throw CtlFailure.of('COHORT_CTL_NOTHING', 'no option says what is to change', 'USAGE');
      }
      const path = pathOf(ONE, args);
      const wait = waitQuery(given, APPLIED_S);
      const answer = await change(session, given, { method: 'patch', path, body, isGuarded: true, ...wait });
      written(session, answer, `${args[0]} is changed.`);
    },
  },
  applyCommand({ words: 'servers apply', of: 'server', path: ONE, member: 'id' }),
  stateCommand('drain'),
  stateCommand('undrain'),
  {
    words: 'servers remove',
    aliases: ['rm'],
    about: 'Remove a server: what it has moves to others',
    operations: [`delete ${ONE}`, `get ${ONE}`],
    args: [id],
    options: [forceOption, yesOption, ifMatchOption, ...appliedOptions],
    run: async (session, args, given) => {
      const path = pathOf(ONE, args);
      const { body, etag } = await session.ask('get', path);
      const devices = Number(body['connections'] ?? 0);
      const question = `${args[0]} is removed${devices === 0 ? '; it has no devices.' : ` and its ${count(devices, 'device')} move to other servers.`}`;
      const wait = waitQuery(given, APPLIED_S);
      const answer = await change(session, given, {
        method: 'delete',
        path,
        basis: etag,
        question,
        isGuarded: true,
        ...wait,
      });
      written(session, answer, `${args[0]} is removed.`);
    },
  },
];

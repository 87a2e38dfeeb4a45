/** `cohort ctl listeners` and `settings`. */
import { InvalidArgumentError } from 'commander';
import { applyCommand } from './applying.ts';
import type { Json } from './client.ts';
import { pathOf, type Argument, type CtlCommand } from './command.ts';
import { CtlFailure } from './failure.ts';
import { listCommand, oneCommand } from './reading.ts';
import { details, plain } from './table.ts';
import {
  APPLIED_S,
  appliedOptions,
  change,
  fileContents,
  fileOption,
  forceOption,
  ifMatchOption,
  waitQuery,
  written,
  yesOption,
} from './writing.ts';

const LIST = '/v1/listeners';
const ONE = '/v1/listeners/{name}';
const SETTINGS = '/v1/settings';
const name: Argument = { name: 'name', about: 'of the listener', of: 'listener' };

export const listenerCommands: readonly CtlCommand[] = [
  listCommand({
    words: 'listeners list',
    aliases: ['ls'],
    about: 'Where proxies take devices',
    path: LIST,
    member: 'listeners',
    columns: [
      { head: 'NAME', path: 'name' },
      { head: 'PROTOCOL', path: 'protocol' },
      { head: 'INNER', path: 'inner' },
      { head: 'ADDRESS', path: 'address' },
      { head: 'PORT', path: 'port' },
      { head: 'LEADS TO', path: 'portKind' },
      { head: 'ADMITS', path: 'admit', show: (value) => (value === undefined ? 'ALL' : plain(value)) },
      { head: 'TLS', path: 'tls', show: (value) => (value === undefined ? 'no' : 'yes') },
      {
        head: 'SOURCES',
        path: 'sources',
        show: (value) => (value as { field: string }[]).map(({ field }) => field).join(', '),
      },
    ],
    options: [
      { flags: '--protocol <name>', about: 'only these', query: 'protocol' },
      { flags: '--port-kind <kind>', about: 'only those that lead to this kind of port', query: 'portKind' },
    ],
  }),
  oneCommand({
    words: 'listeners get',
    aliases: ['show'],
    about: 'One listener, as a file for `listeners apply` has it with -o json',
    path: ONE,
    args: [name],
    text: (body) => details(Object.entries(body).map(([key, value]) => [key, plain(value)])),
  }),
  {
    words: 'listeners create',
    about: 'Create a listener from a file; fails if there is one of that name',
    operations: [`post ${LIST}`],
    options: [fileOption, forceOption, ifMatchOption, ...appliedOptions],
    run: async (session, _args, given) => {
      const body = await fileContents(given);
      const answer = await change(session, given, {
        method: 'post',
        path: LIST,
        body,
        isGuarded: true,
        ...waitQuery(given, APPLIED_S),
      });
      written(session, answer, `The listener ${plain(answer.body['name'])} is created.`);
    },
  },
  applyCommand({
    words: 'listeners apply',
    of: 'listener',
    path: ONE,
    member: 'name',
    notes: 'A listener that changes closes its connections.',
  }),
  {
    words: 'listeners remove',
    aliases: ['rm'],
    about: 'Remove a listener: its connections are closed',
    operations: [`delete ${ONE}`, `get ${ONE}`],
    args: [name],
    options: [forceOption, yesOption, ifMatchOption, ...appliedOptions],
    run: async (session, args, given) => {
      const path = pathOf(ONE, args);
      const { etag } = await session.ask('get', path);
      const answer = await change(session, given, {
        method: 'delete',
        path,
        basis: etag,
        question: `The listener ${args[0]} is removed, and its connections are closed.`,
        isGuarded: true,
        ...waitQuery(given, APPLIED_S),
      });
      written(session, answer, `The listener ${args[0]} is removed.`);
    },
  },
];

/** `name=value`, the value in YAML; `name=`: its default again. */
async function settingOf(text: string): Promise<readonly [string, unknown]> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`${JSON.stringify(text)} is not name=value.`);
  const { parse } = await import('yaml');
  const value = text.slice(at + 1);
  return [text.slice(0, at), value === '' ? undefined : (parse(value) as unknown)];
}

/** Of an answer: what can be written again. */
function bare({ listeners: _listeners, stale: _stale, ...rest }: Json): Json {
  return rest;
}

export const settingsCommands: readonly CtlCommand[] = [
  oneCommand({
    words: 'settings get',
    aliases: ['show'],
    about: 'The settings in force (`listeners list` shows the listeners)',
    path: SETTINGS,
    text: (body) => details(Object.entries(bare(body)).sort(([a], [b]) => (a < b ? -1 : 1))),
  }),
  {
    words: 'settings set',
    about: 'Change some settings and leave the others as they are',
    operations: [`get ${SETTINGS}`, `put ${SETTINGS}`],
    args: [
      {
        name: 'name=value',
        about: 'one or more; `name=` gives its default back',
        isList: true,
        of: 'setting',
      },
    ],
    options: [forceOption, ifMatchOption, ...appliedOptions],
    run: async (session, args, given) => {
      const { body: before, etag } = await session.ask('get', SETTINGS);
      const settings: Record<string, unknown> = { ...bare(before) };
      for (const arg of args) {
        const [key, value] = await settingOf(arg);
        if (value === undefined && !(key in settings)) {
          throw CtlFailure.of('COHORT_CTL_NOTHING', `there is no setting ${key}`, 'USAGE');
        }
        settings[key] = value;
      }
      const answer = await change(session, given, {
        method: 'put',
        path: SETTINGS,
        body: settings,
        basis: etag,
        isGuarded: true,
        ...waitQuery(given, APPLIED_S),
      });
      const changed = Object.keys({ ...before, ...answer.body }).filter(
        (key) => key !== 'applied' && key !== 'stale' && plain(before[key]) !== plain(answer.body[key]),
      );
      const words = changed.map((key) => `${key}: ${plain(before[key])} → ${plain(answer.body[key])}`);
      written(session, answer, words.length === 0 ? 'It is so already.' : words.join('\n'));
    },
  },
  {
    words: 'settings apply',
    about: 'Replace all settings by a file; what it leaves out has its default, but listeners stay',
    operations: [`put ${SETTINGS}`],
    options: [fileOption, forceOption, ifMatchOption, ...appliedOptions],
    run: async (session, _args, given) => {
      const { stale: _stale, ...body } = await fileContents(given);
      const answer = await change(session, given, {
        method: 'put',
        path: SETTINGS,
        body,
        isGuarded: true,
        ...waitQuery(given, APPLIED_S),
      });
      written(session, answer, 'The settings are as the file says.');
    },
  },
];

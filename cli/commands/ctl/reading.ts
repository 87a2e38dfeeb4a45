/** Commands that read: lists in pages, and single things. */
import * as values from '../../values.ts';
import {
  keyOf,
  pathOf,
  queryOf,
  type Argument,
  type CtlCommand,
  type Option,
  type Values,
} from './command.ts';
import type { Json } from './client.ts';
import type { Session, Shown } from './session.ts';
import { table, type Column } from './table.ts';

/** The longest page that the admin interface gives. */
const PAGE = 1_000;

export const watchOption: Option = {
  flags: '-w, --watch [seconds]',
  about: 'again and again, every 2 seconds if nothing else is said, until Ctrl-C',
  parse: values.seconds,
};

export const nameOptions: readonly Option[] = [
  { flags: '--prefix <text>', about: 'only what begins with this', query: 'prefix' },
  { flags: '--contains <text>', about: 'only what has this in it', query: 'contains' },
];

export const pageOptions: readonly Option[] = [
  { flags: '--limit <count>', about: 'how many at most', parse: values.whole(1) },
  { flags: '--all', about: 'all there are, however many' },
];

/** `--name` and `--no-name`. */
export function flagOptions(name: string, query: string, yes: string, no: string): readonly Option[] {
  return [
    { flags: `--${name}`, about: yes, query },
    { flags: `--no-${name}`, about: no, query },
  ];
}

/** How often `--watch` looks. Undefined: it was not asked for. */
export function watchSeconds({ watch }: Values): number | undefined {
  return watch === true ? 2 : (watch as number | undefined);
}

export interface ListSpec {
  readonly words: string;
  readonly aliases?: readonly string[];
  readonly about: string;
  readonly path: string;
  /** The member of the answer that holds the list. */
  readonly member: string;
  readonly columns: readonly Column[];
  readonly options?: readonly Option[];
  /** How many where nothing is said. Default 100. */
  readonly standard?: number;
  /** Above the table. */
  readonly before?: (answer: Json) => string | undefined;
  readonly notes?: string;
}

export function listCommand(spec: ListSpec): CtlCommand {
  const { words, about, path, member, columns, before, standard = 100 } = spec;
  const options = [...(spec.options ?? []), ...pageOptions, watchOption];
  return {
    words,
    ...(spec.aliases === undefined ? {} : { aliases: spec.aliases }),
    about,
    operations: [`get ${path}`],
    member,
    columns,
    options,
    ...(spec.notes === undefined ? {} : { notes: spec.notes }),
    run: async (session, _args, given) => {
      const most = given['all'] === true ? Infinity : ((given['limit'] as number | undefined) ?? standard);
      const query = queryOf(options, given);
      await session.watch(watchSeconds(given), async () => {
        const answer = await pages(session, path, member, query, most);
        const rows = answer[member] as Json[];
        const above = before?.(answer);
        const total = answer['total'] as number;
        const left = total > rows.length ? `${rows.length} of ${total}; --all shows all` : undefined;
        const text = rows.length === 0 ? 'none' : table(columns, rows);
        return { json: answer, text: [above, text, left].filter((one) => one !== undefined).join('\n') };
      });
    },
  };
}

/** So many of a list, from as many pages as it takes, in one answer. */
export async function pages(
  session: Session,
  path: string,
  member: string,
  query: Readonly<Record<string, string>>,
  most: number,
): Promise<Json> {
  const rows: unknown[] = [];
  let cursor: string | undefined;
  for (;;) {
    const limit = String(Math.min(PAGE, most - rows.length));
    const { body } = await session.ask('get', path, {
      query: { ...query, limit, ...(cursor === undefined ? {} : { cursor }) },
    });
    rows.push(...(body[member] as unknown[]));
    const next = body['next'] as string | null;
    if (next === null || rows.length >= most) return { ...body, [member]: rows };
    cursor = next;
  }
}

export interface OneSpec {
  readonly words: string;
  readonly aliases?: readonly string[];
  readonly about: string;
  readonly path: string;
  readonly args?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly notes?: string;
  /** For people. */
  readonly text: (body: Json) => string;
}

export function oneCommand(spec: OneSpec): CtlCommand {
  const { words, about, path, args = [], text } = spec;
  const options = [...(spec.options ?? []), watchOption];
  return {
    words,
    ...(spec.aliases === undefined ? {} : { aliases: spec.aliases }),
    about,
    operations: [`get ${path}`],
    args,
    options,
    ...(spec.notes === undefined ? {} : { notes: spec.notes }),
    run: (session, given, flags) =>
      session.watch(watchSeconds(flags), async (): Promise<Shown> => {
        const { body } = await session.ask('get', pathOf(path, given), { query: queryOf(options, flags) });
        return { json: body, text: text(body) };
      }),
  };
}

/** Whether an option was given. */
export function isGiven(option: Option, given: Values): boolean {
  return given[keyOf(option)] !== undefined;
}

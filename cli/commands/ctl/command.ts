/** What a command of `cohort ctl` is: data, so that help, completion and the test that no operation is left out read it, too. */
import type { Session } from './session.ts';
import type { Column } from './table.ts';

/** What an argument or an option names; completion asks the control plane for those that there are. */
export type Thing =
  'server' | 'organization' | 'pin' | 'listener' | 'proxy' | 'quarantine' | 'round' | 'setting';

export interface Argument {
  readonly name: string;
  readonly about: string;
  readonly of?: Thing;
  readonly isOptional?: boolean;
  /** Takes all that follow. */
  readonly isList?: boolean;
}

export interface Option {
  /** As commander writes them: `--label <name=value>`. */
  readonly flags: string;
  readonly about: string;
  readonly choices?: readonly string[];
  /** @throws InvalidArgumentError */
  readonly parse?: (text: string, before: never) => unknown;
  /** The parameter of the operation's query that it is. Left out: the command uses it itself. */
  readonly query?: string;
  readonly of?: Thing;
}

export type Values = Readonly<Record<string, unknown>>;

export interface CtlCommand {
  /** Group and verb: `servers drain`; or one word. */
  readonly words: string;
  readonly aliases?: readonly string[];
  readonly about: string;
  /** Operations of the admin interface that it stands for, as `get /v1/servers/{id}`. */
  readonly operations: readonly string[];
  readonly args?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Shown below the help. */
  readonly notes?: string;
  /** Of a list: the member of the answer that it is, and what is shown of each. */
  readonly member?: string;
  readonly columns?: readonly Column[];
  run(session: Session, args: readonly string[], values: Values): Promise<void>;
}

/** A path with its parts filled in, percent-encoded. */
export function pathOf(path: string, args: readonly string[]): string {
  let next = 0;
  return path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(args[next++] ?? ''));
}

/** The name under which commander keeps an option's value: `--in-force` → `inForce`. */
export function keyOf({ flags }: Option): string {
  const [, name = ''] = /--(?:no-)?([a-z-]+)/.exec(flags) ?? [];
  return name.replaceAll(/-([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}

/** The query that the options ask for. */
export function queryOf(options: readonly Option[], values: Values): Record<string, string> {
  const query: Record<string, string> = {};
  for (const option of options) {
    const value = values[keyOf(option)];
    if (option.query !== undefined && value !== undefined) query[option.query] = String(value);
  }
  return query;
}

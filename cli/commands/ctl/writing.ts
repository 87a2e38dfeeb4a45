/** Commands that write: what would hurt devices is said first, with how many there are. */
import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import * as values from '../../values.ts';
import type { Answer, Ask, Json } from './client.ts';
import type { Option, Values } from './command.ts';
import { CtlFailure } from './failure.ts';
import type { Session } from './session.ts';
import { count } from './table.ts';

export const forceOption: Option = {
  flags: '--force',
  about: 'do it although devices are hurt, and without asking',
};
export const yesOption: Option = { flags: '-y, --yes', about: 'do not ask' };
export const ifMatchOption: Option = {
  flags: '--if-match <etag>',
  about: 'only if it is still what has this etag (exit code 5 if not)',
};
export const fileOption: Option = {
  flags: '-f, --file <path>',
  about: 'what it is to be, in YAML or JSON; - reads standard input',
};

/** @param what it waits for @param standard seconds */
export function waitOptions(what: string, standard: number): readonly Option[] {
  return [
    { flags: '--wait', about: `end only when ${what} (exit code 8 if that takes too long)` },
    {
      flags: '--timeout <seconds>',
      about: `how long --wait waits at most (default: ${standard})`,
      parse: values.seconds,
    },
  ];
}

/** Seconds that proxies may take to apply what was written. */
export const APPLIED_S = 30;
export const appliedOptions = waitOptions('every proxy has applied it', APPLIED_S);

export function timeoutMs({ timeout }: Values, standard: number): number {
  return ((timeout as number | undefined) ?? standard) * 1000;
}

/** `wait=applied` of a write, if it was asked for. */
export function waitQuery(given: Values, standard: number): Ask {
  if (given['wait'] !== true) return {};
  const ms = Math.round(timeoutMs(given, standard));
  // The longest that the admin interface waits is five minutes.
  const longest = String(Math.min(ms, 300_000));
  return { query: { wait: 'applied', timeoutMs: longest }, patienceMs: ms + 10_000 };
}

export interface Change extends Ask {
  readonly method: string;
  readonly path: string;
  /** What a person is asked first. Left out: nothing. */
  readonly question?: string;
  /** The etag that the change builds on; `*`: there must be none yet. */
  readonly basis?: string | undefined;
  /** Whether the operation knows `?force`. */
  readonly isGuarded?: boolean;
}

/**
 * Asks, writes; where the control plane refuses since devices would be hurt, says how many and asks again.
 *
 * @throws CtlFailure
 */
export async function change(session: Session, given: Values, change: Change): Promise<Answer> {
  const { method, path, question, basis, isGuarded = false, ...ask } = change;
  const isForced = given['force'] === true;
  if (question !== undefined && !isForced) await session.agree(question);
  const etag = (given['ifMatch'] as string | undefined) ?? basis;
  const headers = preconditions(etag);
  const send = (force: boolean): Promise<Answer> =>
    session.ask(method, path, {
      ...ask,
      headers,
      query: { ...ask.query, ...(force ? { force: 'true' } : {}) },
    });
  try {
    return await send(isForced && isGuarded);
  } catch (error) {
    if (!(error instanceof CtlFailure) || !error.isGuard || !session.isInteractive) throw error;
    const { detail, devices = 0 } = error.problem;
    await session.agree(`${capital(detail)} (${count(devices, 'device')}).`, '--force');
    return send(true);
  }
}

function preconditions(etag: string | undefined): Record<string, string> {
  if (etag === undefined) return {};
  // Revision 0: nothing is stored, and what was read are the defaults.
  if (etag === '*' || etag === '"0"') return { 'if-none-match': '*' };
  // A shell takes the quotation marks away.
  return { 'if-match': /^\d+$/.test(etag) ? `"${etag}"` : etag };
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

interface Applied {
  readonly complete: boolean;
  readonly proxies: number | null;
  readonly waiting: readonly { readonly proxy?: string; readonly replica?: string; readonly why: string }[];
}

/** Shows a write's answer. @throws CtlFailure COHORT_CTL_INCOMPLETE where proxies are late */
export function written(session: Session, { body }: Answer, words: string): void {
  const applied = body['applied'] as Applied | undefined;
  const rest = applied === undefined ? '' : ` ${count(applied.proxies ?? 0, 'proxy', 'proxies')} applied it.`;
  if (applied?.complete !== false) {
    session.show({ json: body, text: words + rest });
    return;
  }
  session.show({ json: body, text: words });
  const late = applied.waiting.map(
    ({ proxy, replica, why }) => `${proxy ?? replica ?? 'the leader'}: ${why}`,
  );
  throw CtlFailure.of(
    'COHORT_CTL_INCOMPLETE',
    `it is written; not applied by all: ${late.join('; ')}`,
    'INCOMPLETE',
  );
}

/** What `--file` names. @throws CtlFailure COHORT_CTL_FILE */
export async function fileContents(given: Values): Promise<Json> {
  const path = given['file'] as string | undefined;
  if (path === undefined) throw failure('no file is given: --file path, or --file - for standard input');
  try {
    const source = path === '-' ? await textOf(process.stdin) : readFileSync(path, 'utf8');
    const { parse } = await import('yaml');
    const found: unknown = parse(source);
    if (typeof found !== 'object' || found === null || Array.isArray(found))
      throw new Error('it is no object');
    return found as Json;
  } catch (error) {
    throw failure(`${path}: ${(error as Error).message}`);
  }
}

function failure(detail: string): CtlFailure {
  return CtlFailure.of('COHORT_CTL_FILE', detail, 'USAGE');
}

/**
 * Looks again and again until it is done.
 *
 * @param look undefined: nobody can tell now
 * @throws CtlFailure COHORT_CTL_INCOMPLETE when time is up, or Ctrl-C came
 */
export async function untilDone(
  session: Session,
  what: string,
  mostMs: number,
  look: () => Promise<
    { readonly share: number; readonly words: string; readonly isDone: boolean } | undefined
  >,
): Promise<void> {
  const progress = session.progress(what);
  const end = performance.now() + mostMs;
  let last = 'nothing is known yet';
  try {
    for (;;) {
      const now = await look().catch((error: unknown) => {
        // A replica that is away is no reason to give up: the work goes on without.
        if (error instanceof CtlFailure && error.exit === 'UNAVAILABLE') return undefined;
        throw error;
      });
      if (now?.isDone === true) return;
      if (now !== undefined) {
        last = now.words;
        progress.draw(now.share, now.words);
      }
      if (performance.now() >= end || session.signal.aborted) {
        throw CtlFailure.of('COHORT_CTL_INCOMPLETE', `${what}: ${last}`, 'INCOMPLETE');
      }
      await session.pause(500);
    }
  } finally {
    progress.end();
  }
}

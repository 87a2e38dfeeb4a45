/** The processes of a whole system that a test has started. */
import { Context } from '../../local/context.ts';
import type { Cleanup } from './cleanup.ts';

export interface WatchedContext {
  readonly context: Context;
  /** What was said while it started, for messages. */
  readonly said: readonly string[];
  /** Of each process that has ended though nobody asked for it: how, and the end of its output. */
  readonly ended: readonly string[];
}

/** Everything in it ends with the cleanup, which fails if a process has ended by itself before: no fault is a reason for that. */
export async function watchedContext(cleanup: Cleanup): Promise<WatchedContext> {
  const said: string[] = [];
  const ended: string[] = [];
  const context = await Context.make(
    (line) => said.push(line),
    new AbortController().signal,
    (obituary) => {
      said.push(obituary);
      ended.push(obituary);
    },
  );
  cleanup.own(context);
  cleanup.defer('what ran until now', () => expectNone(ended));
  return { context, said, ended };
}

/** @throws Error with what is in it */
export function expectNone(ended: readonly string[]): void {
  if (ended.length > 0) throw new Error(`it has ended by itself: ${ended.join('\n')}`);
}

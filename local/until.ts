/** Waiting for a condition. */

export interface UntilOptions {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Milliseconds between two looks; default 50. */
  readonly intervalMs?: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
  /** Adds to the message what is known of why not. */
  readonly describe?: () => string;
}

/** An error after which waiting any longer is pointless, such as the end of the process that was waited for. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless';
}

/**
 * Looks again and again until `condition` gives something other than false or undefined, and returns that. What it throws
 * counts as "not yet", except a {@link Hopeless}.
 *
 * @param what reads well after "waiting for"
 * @throws Error when the time is over
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: UntilOptions,
): Promise<NonNullable<Exclude<T, false>>> {
  const { timeoutMs, intervalMs = 50, signal, describe } = options;
  const deadline = performance.now() + timeoutMs;
  let why: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const value = await condition();
      if (value !== false && value !== undefined && value !== null)
        return value as NonNullable<Exclude<T, false>>;
      why = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      why = error;
    }
    if (performance.now() >= deadline) {
      const described = describe?.() ?? (why instanceof Error ? why.message : '');
      const seconds = timeoutMs / 1000;
      throw new Error(
        `waiting for ${what}: not so after ${seconds} s${described === '' ? '' : `; ${described}`}`,
        {
          cause: why,
        },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

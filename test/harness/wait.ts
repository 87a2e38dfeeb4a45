/**
 * Waiting for conditions: tests never sleep for a guessed time, they wait until what they need is so, and
 * fail with a sentence that says what did not come about.
 */
import { inspect } from 'node:util';

/** How long a wait may take (milliseconds) and what it waits for, in words that read well after "waiting for". */
export interface WaitOptions {
  /** Milliseconds until the wait fails; default 30 000: a wait that succeeds ends at once, and CI may be slow. */
  timeout?: number;
  /** Names the thing waited for in the error. */
  what?: string;
  /** Adds the state seen last to the error. */
  describe?: () => unknown;
}

/** Thrown when a condition did not come about in time. */
export class WaitTimeout extends Error {
  override name = 'WaitTimeout';
}

export const DEFAULT_TIMEOUT_MS = 30_000;

function timeoutError(options: WaitOptions, lastError?: unknown): WaitTimeout {
  const what = options.what ?? 'a condition';
  let seen = '';
  if (options.describe) {
    try {
      seen = `; seen last: ${inspect(options.describe(), { depth: 5, breakLength: 110 })}`;
    } catch (error) {
      seen = `; its state could not be described: ${String(error)}`;
    }
  }
  const message = `waiting for ${what}: not so after ${options.timeout ?? DEFAULT_TIMEOUT_MS} ms${seen}`;
  return new WaitTimeout(message, lastError === undefined ? undefined : { cause: lastError });
}

/**
 * Polls `condition` until it gives something other than false, undefined or null, and returns that.
 * An error thrown by the condition counts as "not yet"; the last one becomes the `cause` of the timeout,
 * except an error marked by {@link Fatal}, which ends the wait at once.
 *
 * @throws WaitTimeout when `timeout` has passed.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions & { interval?: number } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + (options.timeout ?? DEFAULT_TIMEOUT_MS);
  const interval = options.interval ?? 10;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== undefined && value !== null) {
        return value as NonNullable<Exclude<T, false>>;
      }
      lastError = undefined;
    } catch (error) {
      if (error instanceof Fatal) throw error;
      lastError = error;
    }
    if (performance.now() >= deadline) throw timeoutError(options, lastError);
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

/** An error after which waiting any longer is pointless (the process has ended, the socket is closed). */
export class Fatal extends Error {
  override name = 'Fatal';
}

/**
 * Something that changes by events of this process. `until` looks again at every `notify`, so it wakes up
 * at the event itself and not at the next poll.
 */
export class Changes {
  private readonly watchers = new Set<() => void>();

  /** Tells all who wait that something may have changed. */
  notify(): void {
    for (const look of [...this.watchers]) look();
  }

  /**
   * Resolves with what `probe` gives as soon as that is neither false nor undefined.
   * An error thrown by `probe` rejects at once.
   *
   * @throws WaitTimeout when `timeout` has passed.
   */
  until<T>(probe: () => T | undefined | false, options: WaitOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const look = (): void => {
        let value: T | undefined | false;
        try {
          value = probe();
        } catch (error) {
          end();
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        if (value === undefined || value === false) return;
        end();
        resolve(value);
      };
      const timer = setTimeout(() => {
        end();
        reject(timeoutError(options));
      }, options.timeout ?? DEFAULT_TIMEOUT_MS);
      const end = (): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      this.watchers.add(look);
      look();
    });
  }
}

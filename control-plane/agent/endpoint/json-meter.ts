/** The load that an HTTP endpoint gives as JSON. */
import { CohortError } from '../../errors.ts';
import type { Meter } from '../meter.ts';
import { seconds } from '../process-meter.ts';
import { ask } from './ask.ts';
import { follow } from './json-pointer.ts';
import { Wishes, type Wanted } from './wanted.ts';

export interface Pointer {
  readonly text: string;
  /** The names on the way. */
  readonly path: readonly string[];
}

export interface JsonEndpoint {
  readonly url: string;
  readonly wanted: readonly Wanted<Pointer>[];
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number;
}

export function jsonMeter({ url, wanted, timeoutMs }: JsonEndpoint): Meter {
  const wishes = new Wishes(wanted);
  return async () => {
    const text = await ask(url, { accept: 'application/json', timeoutMs });
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch (error) {
      throw new CohortError(
        'COHORT_AGENT_ENDPOINT',
        `${url} answers with what is no JSON: ${(error as Error).message}`,
        {
          cause: error,
          details: { what: url },
        },
      );
    }
    const find = ({ text: pointer, path }: Pointer): unknown => {
      const found = follow(path, answer);
      if (found !== undefined) return found;
      throw new CohortError('COHORT_AGENT_VALUE', `the answer of ${url} has nothing at ${pointer}`, {
        details: { what: `${url} ${pointer}` },
      });
    };
    return wishes.from(find, (pointer) => `${pointer.text} of ${url}`, seconds());
  };
}

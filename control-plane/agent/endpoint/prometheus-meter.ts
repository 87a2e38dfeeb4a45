/** The load that an endpoint gives in Prometheus' text format. */
import { CohortError } from '../../errors.ts';
import type { Meter } from '../meter.ts';
import { seconds } from '../process-meter.ts';
import { ask } from './ask.ts';
import { Malformed, parseExposition, type Sample } from './exposition.ts';
import type { Selector } from './selector.ts';
import { Wishes, type Wanted } from './wanted.ts';

export interface PrometheusEndpoint {
  readonly url: string;
  readonly wanted: readonly Wanted<Selector>[];
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number;
}

/** Where a selector matches several samples their sum is meant. */
export function prometheusMeter({ url, wanted, timeoutMs }: PrometheusEndpoint): Meter {
  const wishes = new Wishes(wanted);
  return async () => {
    const text = await ask(url, { accept: 'text/plain;version=0.0.4', timeoutMs });
    const samples = parse(url, text);
    const find = (selector: Selector): number => {
      const found = samples.filter(selector.matches);
      if (found.length > 0) return found.reduce((sum, { value }) => sum + value, 0);
      throw new CohortError('COHORT_AGENT_VALUE', `the answer of ${url} has no sample of ${selector.text}`, {
        details: { what: `${url} ${selector.text}` },
      });
    };
    return wishes.from(find, (selector) => `${selector.text} of ${url}`, seconds());
  };
}

function parse(url: string, text: string): Sample[] {
  try {
    return parseExposition(text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const message = `${url} answers with what is not Prometheus' text format 0.0.4: ${error.message}`;
    throw new CohortError('COHORT_AGENT_ENDPOINT', message, { cause: error, details: { what: url } });
  }
}

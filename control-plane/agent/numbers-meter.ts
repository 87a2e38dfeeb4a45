/** Numbers that a server in Node.js says of itself. */
import { CohortError } from '../errors.ts';
import { problemOf, type Measurement, type Meter } from './meter.ts';
import { isName, loadOf, merged, STANDARD, usage, type Load, type Usage } from './usage.ts';

export interface Numbers {
  /** Open device connections. */
  readonly connections?: () => number;
  /** How many device connections it can carry. Default: no limit of their own. */
  readonly capacity?: number;
  /**
   * Any other numbers by their names (A-Z a-z 0-9 . _ -, 128 at most), each with its limit: a server above it, or near it,
   * loses organizations. One without a limit is shown and counts for nothing.
   */
  readonly custom?: () => Readonly<Record<string, number | Usage>>;
}

export function numbersMeter({ connections, capacity, custom }: Numbers): Meter {
  return (): Measurement => {
    const loads: Load[] = [];
    const problems: CohortError[] = [];
    const attempt = (measure: () => Load): void => {
      try {
        loads.push(measure());
      } catch (error) {
        problems.push(problemOf(error));
      }
    };
    if (connections) attempt(() => loadOf('connections', usage('connections', connections(), capacity)));
    let numbers: Readonly<Record<string, number | Usage>> = {};
    if (custom) {
      attempt(() => {
        numbers = custom();
        return {};
      });
    }
    for (const [name, value] of Object.entries(numbers)) {
      const { used, limit } = typeof value === 'object' ? value : { used: value };
      attempt(() => loadOf(checked(name), usage(name, used, limit)));
    }
    return { load: merged(loads), problems };
  };
}

function checked(name: string): string {
  if (isName(name) && !(STANDARD as readonly string[]).includes(name)) return name;
  throw new CohortError(
    'COHORT_AGENT_VALUE',
    `${JSON.stringify(name)} is no name for a number of one's own: 1 to 128 of A-Z a-z 0-9 . _ -, and not ${STANDARD.join(', ')}`,
    { details: { what: name } },
  );
}

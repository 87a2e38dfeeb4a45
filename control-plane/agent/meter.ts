/** What measures a server's load, and what it says. */
import { CohortError, isCohortError } from '../errors.ts';
import { merged, type Load } from './usage.ts';

export interface Measurement {
  /** What could be measured: a dimension that could not is left out, and nothing is made up. */
  readonly load: Load;
  /** Why dimensions are left out. */
  readonly problems: readonly CohortError[];
}

/** Measures now. What grows with time, such as the time of the processor, is measured since the last time. */
export type Meter = () => Measurement | Promise<Measurement>;

/** Several meters as one, asked at once. Where two measure the same dimension the later one counts. */
export function together(meters: readonly Meter[]): Meter {
  return async () => {
    const all = await Promise.all(meters.map((meter) => measure(meter)));
    return {
      load: merged(all.map(({ load }) => load)),
      problems: all.flatMap(({ problems }) => problems),
    };
  };
}

/** What a meter says; what it throws is a problem and no load. */
export async function measure(meter: Meter): Promise<Measurement> {
  try {
    return await meter();
  } catch (error) {
    return { load: {}, problems: [problemOf(error)] };
  }
}

/** As a coded error. */
export function problemOf(error: unknown): CohortError {
  if (isCohortError(error)) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new CohortError('COHORT_AGENT_VALUE', `what measures the load failed: ${why}`, { cause: error });
}

/** Whether it says that there is no server any more. */
export function isGone({ problems }: Measurement): boolean {
  return problems.some((problem) => problem.code === 'COHORT_AGENT_SERVER_GONE');
}

/** Says each problem once when it begins and once when it is over: a measurement is made every few seconds. */
import type { Logger } from 'pino';
import { ERRORS, type CohortError } from '../errors.ts';

export class ProblemLog {
  /** By what and where: how often in a row. */
  private readonly current = new Map<string, number>();

  constructor(private readonly log: Pick<Logger, 'info' | 'warn'>) {}

  /** @param problems all of one measurement */
  tell(problems: readonly CohortError[]): void {
    const seen = new Set<string>();
    for (const problem of problems) {
      const key = keyOf(problem);
      seen.add(key);
      const times = this.current.get(key) ?? 0;
      this.current.set(key, times + 1);
      if (times > 0) continue;
      const { code, message } = problem;
      this.log.warn({ code, err: problem }, `${message}. ${ERRORS[code].remedy}`);
    }
    for (const [key, times] of this.current) {
      if (seen.has(key)) continue;
      this.current.delete(key);
      this.log.info(`over after ${times === 1 ? 'one measurement' : `${times} measurements`}: ${key}`);
    }
  }
}

/** The same trouble with another number is no news. */
function keyOf({ code, details, message }: CohortError): string {
  return `${code}: ${typeof details.what === 'string' ? details.what : message}`;
}

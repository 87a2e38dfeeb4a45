/** What REST holds against a change, and what can be done about it. Pure. */
import type { Problem } from '../data/rest.ts';
import { capital } from './why.ts';

export interface Objection {
  /** `guarded`: it can be done all the same. `changed`: somebody was faster; look again. `refused`: it cannot be done. */
  readonly kind: 'guarded' | 'changed' | 'refused';
  readonly title: string;
  readonly words: string;
  /** That would be hurt, by REST's word. */
  readonly devices?: number;
}

const GUARDS = ['COHORT_WOULD_OVERLOAD', 'COHORT_LAST_SERVER', 'COHORT_WOULD_CLOSE'];

export function objectionOf(
  problem: Pick<Problem, 'status' | 'detail' | 'code' | 'remedy'> & Readonly<Record<string, unknown>>,
): Objection {
  const { status, code, detail, remedy, devices, changes } = problem;
  if (GUARDS.includes(code)) {
    const known = typeof devices === 'number' ? { devices } : {};
    return { kind: 'guarded', title: 'This would hurt devices', words: `${capital(detail)}.`, ...known };
  }
  if (status === 412 || code === 'COHORT_STORE_CONFLICT') {
    const words = changed(changes);
    return {
      kind: 'changed',
      title: 'Somebody has changed it meanwhile',
      words: `${words}The numbers above are of this moment: look again, then confirm.`,
    };
  }
  const after = remedy === '' ? '' : ` ${capital(remedy)}`;
  return { kind: 'refused', title: 'It was refused', words: `${capital(detail)}.${after}` };
}

function changed(changes: unknown): string {
  if (!Array.isArray(changes) || changes.length === 0) return '';
  const words = (changes as { pointer?: string; was?: unknown; is?: unknown }[]).map(
    ({ pointer = '', was, is }) => `${pointer.slice(1)} was ${say(was)} and is ${say(is)}`,
  );
  return `${capital(words.join('; '))}. `;
}

function say(value: unknown): string {
  return value === undefined || value === null ? 'nothing' : JSON.stringify(value);
}

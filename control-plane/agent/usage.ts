/** Numbers that are used against limits: checked before anybody relies on them. Pure. */
import { CohortError } from '../errors.ts';
import type { AgentStatus } from '../model/index.ts';

export type Load = AgentStatus['load'];

/** What is used of what there is, in one unit. */
export interface Usage {
  readonly used: number;
  readonly limit?: number | undefined;
}

/** Dimensions that have a unit of their own: cores, bytes, open device connections. All other names are the server's own. */
export const STANDARD = ['cpu', 'memory', 'connections'] as const;
type Standard = (typeof STANDARD)[number];

/** Names of a server's own numbers: `agentStatusSchema` has the same. */
const NAME = /^[A-Za-z0-9._-]{1,128}$/;

export function isName(name: string): boolean {
  return NAME.test(name);
}

/**
 * @param what is measured, and where it comes from; for the message
 * @throws CohortError COHORT_AGENT_VALUE for what cannot be used of anything: not a number, negative, infinite; a limit of 0
 */
export function usage(what: string, used: unknown, limit?: unknown): Usage {
  const checked = number(what, used, 0);
  if (limit === undefined) return { used: checked };
  return { used: checked, limit: number(`the limit of ${what}`, limit, Number.MIN_VALUE) };
}

function number(what: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return value;
  const is =
    typeof value === 'number' ? String(value) : `of the type ${value === null ? 'null' : typeof value}`;
  const must = least > 0 ? 'above 0' : '0 or more';
  throw new CohortError('COHORT_AGENT_VALUE', `${what} is ${is}: it must be a finite number, ${must}`, {
    details: { what },
  });
}

/** The load that has this one dimension. */
export function loadOf(name: string, value: Usage): Load {
  return isStandard(name) ? { [name]: value } : { custom: { [name]: value } };
}

function isStandard(name: string): name is Standard {
  return (STANDARD as readonly string[]).includes(name);
}

/** One load of several; where two have the same dimension the later one counts. */
export function merged(loads: readonly Load[]): Load {
  const custom = Object.assign({}, ...loads.map((load) => load.custom)) as NonNullable<Load['custom']>;
  const all = Object.assign({}, ...loads) as Load;
  return Object.keys(custom).length === 0 ? all : { ...all, custom };
}

/** The one that is nearest to its limit; of those without a limit none. */
export function tightest(candidates: readonly Usage[]): Usage | undefined {
  let [worst, most] = [undefined as Usage | undefined, -1];
  for (const candidate of candidates) {
    const share = candidate.limit === undefined ? -1 : candidate.used / candidate.limit;
    if (share > most) [worst, most] = [candidate, share];
  }
  return worst;
}

/** Settings under which nothing but the test itself, and what it breaks, moves devices or kills servers. */
import type { Settings } from '../../control-plane/model/index.ts';

/** However uneven the load is, and however busy the machine: a round would come in the middle of a test on a slow one. */
export const NO_ROUNDS: Partial<Settings> = { balanceThreshold: 1_000, loadCeiling: 10 };

/** Where no test is about how soon a death shows: a busy machine must not look like one. */
export const CALM_CHECKS: Partial<Settings> = { healthCheckIntervalMs: 2_000 };

/** Settings under which nothing but the test itself, and what it breaks, moves devices. */
import type { Settings } from '../../control-plane/model/index.ts';

/** However uneven the load is, and however busy the machine: a round would come in the middle of a test on a slow one. */
export const NO_ROUNDS: Partial<Settings> = { balanceThreshold: 1_000, loadCeiling: 10 };

/** What several commands must agree on when nothing else is said. */
import { fileURLToPath } from 'node:url';

/** Under which Cohort's keys lie in etcd. */
export const ETCD_PREFIX = '/cohort/default/';

/** The protocol filters' compiled Wasm, as the set-up leaves it. */
export const FILTER_CODE = fileURLToPath(new URL('../build/filters/cohort.wasm', import.meta.url));

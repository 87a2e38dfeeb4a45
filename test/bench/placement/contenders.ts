/** Who is compared. */
import { boundedLoads } from './bounded-loads.ts';
import { cohort, cohortWith } from './cohort.ts';
import { greedy } from './greedy.ts';
import { maglev } from './maglev.ts';
import type { Contender } from './placer.ts';
import { ringHash } from './ring-hash.ts';
import { slicer } from './slicer.ts';

/** Points of Envoy's ring where `minimum_ring_size` is not set: for all servers together. */
const ENVOY_RING = 1_024;

const generousRing = ringHash('ring hash, 1024 points each', () => 1_024);

export const CONTENDERS: readonly Contender[] = [
  cohort,
  cohortWith({ toldApart: 0.01 }, 'Cohort, large ones told apart'),
  slicer,
  boundedLoads(1.05),
  boundedLoads(1.25),
  maglev,
  generousRing,
  ringHash('ring hash, 1024 points in all', (servers) => Math.ceil(ENVOY_RING / servers)),
  greedy,
];

/** Worst over mean above which the planner moves anything for the balance, under loads that change all the time. */
export const THRESHOLD = 1.07;

export const DAY_CONTENDERS: readonly Contender[] = [
  cohortWith({ threshold: THRESHOLD }),
  slicer,
  boundedLoads(1.25),
  maglev,
  generousRing,
  greedy,
];

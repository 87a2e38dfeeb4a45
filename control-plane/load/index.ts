export {
  dimensionsOf,
  readLoad,
  type DimensionLoad,
  type Load,
  type ReadingInput,
  type ServerLoad,
} from './load.ts';
export { labelsOf, planInput, type LoadedFleet, type PlanWish } from './plan-input.ts';
export type { ReportedFleet } from './seats.ts';
export { unmovableKey } from './shares.ts';
export { CONNECTIONS } from './usage.ts';

/** The scan for organizations that sit on more than one server, and what sends their devices home. */
export type { ServerCondition } from './judge.ts';
export { isValid, type HealOrder, type HealTarget } from './orders.ts';
export type { Relocation } from './relocations.ts';
export { scanFleet, type ScanInput, type ScanOutcome, type Unreached } from './scan.ts';
export { Scanner, type ScannerOptions } from './scanner.ts';

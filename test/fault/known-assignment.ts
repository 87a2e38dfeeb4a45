/** The assignment as one replica knows it. */
import { getJson } from '../../local/http.ts';
import type { Part } from '../../local/topology.ts';
import { slotTable, type AssignmentAnswer } from '../integration/system.ts';

export interface KnownAssignment extends AssignmentAnswer {
  /** Organization → server. */
  readonly pins: Readonly<Record<string, string>>;
}

/** The assignment with its slots, as a replica knows it. */
export function assignmentOf({ addresses }: Part): Promise<KnownAssignment> {
  return getJson<KnownAssignment>(`${addresses.admin}/v1/assignment?slots`);
}

/** How many slots belong to another server than before. */
export function movedSlots(before: KnownAssignment, after: KnownAssignment): number {
  const table = slotTable(before);
  return slotTable(after).filter((server, slot) => server !== table[slot]).length;
}

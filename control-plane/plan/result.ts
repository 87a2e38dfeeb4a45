/** From the placement that the steps came to, to the moves that lead there. */
import { NOBODY } from '../placement/matching.ts';
import { serverOfSlot, tableOf } from '../placement/table.ts';
import { SLOTS } from '../placement/types.ts';
import type { SlotTable } from '../placement/types.ts';
import type { Note } from './draft.ts';
import { WITH_SLOT } from './organizations.ts';
import { selectorWords } from './selectors.ts';
import type { PlanInput, PlannedMove } from './types.ts';
import { wordsOf } from './words.ts';
import type { Work } from './work.ts';

/** Each unit that is elsewhere than before, once, in the order in which they were taken. */
export function movesOf(work: Work, input: PlanInput): PlannedMove[] {
  const { draft } = work;
  const moves: PlannedMove[] = [];
  for (const [unit, note] of draft.notes) {
    if (draft.at(unit) === draft.home(unit)) continue;
    moves.push(moveOf(work, input, unit, note));
  }
  return moves;
}

/** The rebalancer's own pins. */
export function pinsOf({ draft }: Work): Map<string, string> {
  const { organizations, organizationAt, fleet } = draft;
  const pins = new Map<string, string>();
  for (let i = 0; i < organizations.count; i++) {
    const at = organizationAt[i]!;
    if (at === WITH_SLOT) continue;
    const { id, pin } = organizations.list[i]!;
    if (pin?.by !== 'person') pins.set(id, fleet.ids[at]!);
  }
  return pins;
}

/** `previous` itself where no slot has moved. */
export function tableAfter({ draft }: Work, previous: SlotTable): SlotTable {
  const { slotAt, slotHome, fleet } = draft;
  const isSame = slotAt.every((server, slot) => server === slotHome[slot]);
  return isSame ? previous : tableOf(slotAt, fleet.ids);
}

function moveOf(work: Work, input: PlanInput, unit: number, note: Note): PlannedMove {
  const { draft, own } = work;
  const { fleet, organizations } = draft;
  const isSlot = unit < SLOTS;
  const one = isSlot ? undefined : organizations.list[unit - SLOTS]!;
  const home = draft.home(unit);
  const from = home === NOBODY ? serverOfSlot(input.table, one?.slot ?? unit) : fleet.ids[home]!;
  const to = fleet.ids[draft.at(unit)]!;
  const connections = one?.connections ?? slotMoves(work, input, unit);
  const owner = note.owner === undefined ? undefined : organizations.list[note.owner]!;
  const load = note.fromRatio * (own.mean > 0 ? own.mean : 1);
  const words = wordsOf({
    what: one === undefined ? `slot ${unit}` : `organization ${one.id}`,
    connections,
    from,
    to,
    note,
    dimension: input.dimensions[note.dimension] ?? 'load',
    load,
    owner:
      owner === undefined
        ? undefined
        : {
            id: owner.id,
            ratio: draft.loadOn(SLOTS + note.owner!, own.serverOf.get(note.owner!)!) / own.mean,
          },
    selector: selectorWords(one?.selector ?? {}),
    ceiling: work.aims.ceiling,
    isKnown: home !== NOBODY,
  });
  const target = one === undefined ? { slot: unit } : { organization: one.id };
  const gain = note.part * load;
  const dimension = input.dimensions[note.dimension]!;
  return { target, from, to, connections, gain, dimension, reason: note.reason, words };
}

/** Connections that move with a slot: not those of organizations that were or are pinned, or have moves of their own. */
function slotMoves({ draft }: Work, { slotConnections }: PlanInput, slot: number): number {
  const { organizations, organizationAt } = draft;
  let sum = slotConnections[slot]!;
  for (let one = organizations.start[slot]!; one < organizations.start[slot + 1]!; one++) {
    const hasPin = organizations.pinned[one] !== WITH_SLOT || organizationAt[one] !== WITH_SLOT;
    if (!hasPin && !draft.notes.has(SLOTS + one)) sum += organizations.connections[one]!;
  }
  return sum;
}

/** Why something moves, for people. */
import type { Note } from './draft.ts';

export interface Telling {
  /** `slot 77` or `organization acme`. */
  readonly what: string;
  readonly connections: number;
  readonly from: string | undefined;
  readonly to: string;
  readonly note: Note;
  /** Name of the dimension in which `from` is fullest. */
  readonly dimension: string;
  /** Share of the limit that this is. */
  readonly load: number;
  /** The organization for which a server is emptied, and its load over the mean. */
  readonly owner: { readonly id: string; readonly ratio: number } | undefined;
  /** What the organization asks for, `zone=eu`. */
  readonly selector: string;
  readonly ceiling: number;
  /** `from` is still there. */
  readonly isKnown: boolean;
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;

/** One sentence with the numbers that it was decided by, as they were then. */
export function wordsOf(told: Telling): string {
  const { what, connections, from, to, note } = told;
  const part = note.part > 0 && from !== undefined ? `, ${percent(note.part)} of its load` : '';
  const goes = `${what} (${Math.round(connections)} connections${part}) goes to ${to}`;
  const there = `which is at ${note.toRatio.toFixed(2)} of the mean`;
  const ratio = note.fromRatio.toFixed(2);
  switch (note.reason) {
    case 'draining':
      if (from === undefined) return `no server has ${what}: it goes to ${to}, ${there}`;
      return `${from} ${told.isKnown ? 'gives everything away' : 'is gone'}; ${goes}, ${there}`;
    case 'selector':
      return `${what} asks for ${told.selector}, which ${from ?? 'its server'} does not have: ${goes}, ${there}`;
    case 'ceiling':
      return `${from} is at ${percent(told.load)} of its ${told.dimension}, over the ceiling of ${percent(told.ceiling)}; ${goes}, ${there}`;
    case 'own server': {
      const { id, ratio: its } = told.owner ?? { id: what, ratio: 0 };
      const why = its < Infinity ? `is ${its.toFixed(2)} of the mean` : 'has all the load';
      return `organization ${id} alone ${why} and gets a server of its own; ${goes}`;
    }
    case 'join':
      return `${from} is at ${ratio} of the mean, and ${to} at only ${note.toRatio.toFixed(2)}; ${goes}`;
    case 'balance':
      return `${from} is at ${ratio} of the mean; ${goes}, ${there}`;
  }
}

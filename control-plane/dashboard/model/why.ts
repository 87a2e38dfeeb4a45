/** Why devices sit where they do not belong, and what is done about it, in words. Pure. */
import type { Split, Why } from '../data/rest.ts';

const WHY: Readonly<Record<Why, { readonly title: string; readonly words: string }>> = {
  partition: {
    title: 'Partition',
    words: 'The proxy does not see the assigned server healthy, so its devices sit on another one.',
  },
  drain: { title: 'Moving', words: 'Its connections are following a move, or leave a draining server.' },
  refused: {
    title: 'Refused',
    words: 'Its devices were told to reconnect, more than once, and are there again.',
  },
  'stale proxy': { title: 'Stale proxy', words: 'A proxy does not route by the assignment in force.' },
  fallback: {
    title: 'Fallback',
    words: 'Its devices were sent elsewhere while the assigned server was away. It is back.',
  },
  'dead server': {
    title: 'Dead server',
    words: 'The server they sit on, or the one they belong to, is dead.',
  },
  'suspect server': {
    title: 'Suspect server',
    words: 'The server they belong to has lost its lease: nothing is sent there now.',
  },
  'no view': { title: 'No view', words: 'A proxy does not tell which servers it sees healthy.' },
  'no server': { title: 'No server', words: 'No server has their slot.' },
};

const ACTION: Readonly<Record<NonNullable<Split['action']>, string>> = {
  heal: 'They were ordered home.',
  move: 'Their slot moves to a server that all proxies reach.',
  wait: 'It comes right by itself, or is looked at again.',
  none: 'Nothing can be done about it.',
};

export interface Reason {
  readonly title: string;
  readonly words: string;
  /** What is done about it. */
  readonly action: string;
}

/** @param why null: the last scan did not find it */
export function reasonOf({ why, action, detail }: Pick<Split, 'why' | 'action' | 'detail'>): Reason {
  if (why === null) return { title: 'New', words: `${capital(detail)}.`, action: '' };
  const { title, words } = WHY[why];
  return { title, words, action: action === null ? '' : ACTION[action] };
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

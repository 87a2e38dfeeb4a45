/** Where a part of the stack runs: on this machine's loopback, or in a network namespace of its own. */
import type { Command } from './process.ts';

export interface Place {
  /** The IP address that it listens on and is reached by, from here and from every other part. */
  readonly host: string;
  /** Words before its command, such as `ip netns exec <name>`; what they start must become the part itself: same pid. */
  readonly command: readonly string[];
}

export const LOOPBACK: Place = { host: '127.0.0.1', command: [] };

/** Tells each part its place, by its id. Asked once for each. */
export type Placement = (id: string) => Promise<Place>;

export const allOnLoopback: Placement = () => Promise.resolve(LOOPBACK);

/** The command as it is started there. */
export function commandAt(place: Place, { file, args }: Command): Command {
  const [first, ...rest] = [...place.command, file];
  return { file: first ?? file, args: [...rest, ...args] };
}

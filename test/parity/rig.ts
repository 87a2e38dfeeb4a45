/** One connection under test, whatever carries it. */
import type { Step } from './script.ts';

/** How a side sees the connection's end: by the other's FIN or RST, or because it reset it itself. */
export type End = 'open' | 'fin' | 'reset' | 'self';

export interface State {
  /** The id of the server that got the connection. */
  server: string | undefined;
  /** Hex; for HTTP what comes behind the request's head. */
  atServer: string;
  /** Hex; for HTTP what comes behind the response's head. */
  atDevice: string;
  device: End;
  serverSide: End | 'none';
  /** Of the HTTP response. */
  status: number | undefined;
}

export interface Rig {
  step(step: Step): Promise<void>;
  state(): State;
  /** The device goes away, if it has not yet. */
  stop(): void;
}

export function sameState(a: State, b: State): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

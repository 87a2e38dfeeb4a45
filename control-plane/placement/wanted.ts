/** What the next assignment is made from. */

/**
 * `active`: gets and gives slots. `suspect`: keeps what it has and gets nothing new. `draining`: has to give everything
 * away. A dead server is not named at all.
 */
export type ServerState = 'active' | 'draining' | 'suspect';

/** A server as placement sees it. */
export interface PlacementServer {
  readonly id: string;
  /** Capacity in any unit, the same for all servers: 0 to 1e9. 0: no slots, but pins. */
  readonly weight: number;
  readonly state: ServerState;
}

export interface Wanted {
  readonly servers: readonly PlacementServer[];
  /** Organization → server id. */
  readonly pins: ReadonlyMap<string, string>;
  /** The rebalancer's own pins: those of people come first. Default: those of the assignment before. */
  readonly ownPins?: ReadonlyMap<string, string> | undefined;
  /** The leader's epoch. */
  readonly epoch: bigint;
  /** Servers that are not in `servers` because they are dead, and not because there are no such; for the words alone. */
  readonly dead?: ReadonlySet<string>;
  /**
   * Asked for each slot whose server is no longer among `servers`: the server that the slot's devices are on. It gets the
   * slot if it is active and may have slots; a slot without an answer goes to those with the most room. While there are
   * such slots, nothing else moves, and the table that comes of it counts as balanced, however uneven.
   *
   * Left out: what is missing moves as any other change does, by the quotas.
   */
  readonly adopt?: ((slot: number) => string | undefined) | undefined;
  /**
   * Slots that are to go to other servers whatever their number, to those named if they are active and may have slots. The
   * table that comes of it counts as balanced if it did before, however uneven.
   */
  readonly relocate?: ReadonlyMap<number, string> | undefined;
  /**
   * How many slots may be taken from servers that live and are not draining. Default: any number. What servers that are
   * gone or draining have is moved all at once, whatever this says.
   */
  readonly budget?: number | undefined;
  /**
   * The load is known, and a plan says what moves: nothing moves to make numbers even, and what draining and removed servers
   * have waits for the plan. Slots that are to go to other servers, as far as they are where the plan found them. Left out:
   * numbers are made even, within the budget.
   */
  readonly planned?: ReadonlyMap<number, PlannedSlot> | undefined;
  /** Servers that have no room for the pins of people to them. */
  readonly full?: ReadonlySet<string> | undefined;
}

export interface PlannedSlot {
  /** Undefined: no server that could keep it. */
  readonly from: string | undefined;
  readonly to: string;
}

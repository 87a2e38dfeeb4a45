/** Puts into the log what a replica sees change. */
import type { Logger } from 'pino';
import type { Round } from '../model/index.ts';
import { isLoaded, NO_STATE, type ClusterState } from '../state/cluster-state.ts';
import { AssignmentHistory } from './assignment-history.ts';
import type { AdminContext } from './context.ts';
import { EventLog } from './event-log.ts';
import { FleetEvents } from './fleet-events.ts';
import { assignmentEvents, roundEvent, stateEvents } from './state-events.ts';

/** How often is looked for what nobody tells of: proxies, splits, the leader. Milliseconds. */
const LOOK_MS = 1_000;

export interface EventSourceOptions extends Pick<
  AdminContext,
  'states' | 'leaderReplica' | 'fleetView' | 'now'
> {
  readonly leader: Pick<AdminContext['leader'], 'isLeader'>;
  /** Another one each time the replica starts. */
  readonly run: string;
  readonly log: Pick<Logger, 'error'>;
}

export class EventSource {
  readonly events: EventLog;
  readonly assignments = new AssignmentHistory();
  private readonly fleet = new FleetEvents();
  private before: ClusterState = NO_STATE;
  private leader: string | undefined;
  private led = false;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly options: EventSourceOptions) {
    this.events = new EventLog(options.run, (error) =>
      options.log.error({ err: error }, 'a follower of events failed'),
    );
  }

  start(): void {
    if (this.timer !== undefined) return;
    this.unsubscribe = this.options.states.onChange((state) => this.take(state));
    this.take(this.options.states.state);
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.unsubscribe?.();
  }

  /** This replica, leading, has written a round of moves. */
  tellRound(round: Round): void {
    this.events.add([roundEvent(round)], new Date());
  }

  /** Looks for what nobody tells of. */
  look(): void {
    const { leaderReplica, leader, fleetView, now } = this.options;
    const at = new Date();
    const id = leaderReplica()?.id;
    if (id !== this.leader) {
      this.events.add([{ type: 'leader', data: { leader: id ?? null, was: this.leader ?? null } }], at);
      this.leader = id;
    }
    if (leader.isLeader !== this.led) this.fleet.reset();
    this.led = leader.isLeader;
    if (this.led) this.events.add(this.fleet.look(fleetView(), now()), at);
  }

  private take(state: ClusterState): void {
    if (!isLoaded(state)) return;
    const { before } = this;
    this.before = state;
    const at = new Date();
    // What was there when this replica began to look is no event.
    const isFirst = !isLoaded(before);
    const events = isFirst ? [] : stateEvents(before, state);
    if (state.assignment !== undefined && state.assignment !== before.assignment) {
      const change = this.assignments.take(state.assignment, at.getTime());
      if (!isFirst) events.push(...assignmentEvents(state, change));
    }
    this.events.add(events, at);
  }
}

/** What is to move now, as a function of what is known and what is remembered. No I/O; the time is passed in. */
import { isByNumber } from '../leader/regime.ts';
import { pinsWanted } from '../leader/wanted.ts';
import type { Load, LoadedFleet } from '../load/index.ts';
import { fullServers } from './full.ts';
import { filled, knownFleet, planFor, serversOf, type Timed } from './known.ts';
import { hasJoined, isLeaving, isMisplaced, type LeavingInput } from './leaving.ts';
import type { RebalanceMemory } from './memory.ts';
import { hasLoad, isOver, isSteady, mayMove, type AssignedPicture } from './picture.ts';
import { proposalOf } from './proposal.ts';
import { decide, made, type RoundFacts } from './rounds.ts';
import { begun, inherited, isOnTrial, judged } from './trials.ts';

/** What makes up this part of an average server is told apart when it is only looked how even the load is. */
const LARGE = 0.01;

/** With the load of now at hand. */
export interface Consideration {
  readonly picture: AssignedPicture;
  readonly load: Load;
  /** The load has been read since the last look. */
  readonly isNew: boolean;
  readonly timed: Timed;
}

/** What an operator has asked for is written first. */
export function isAsked({ proposal }: RebalanceMemory, { assignment }: AssignedPicture): boolean {
  return proposal?.undoes !== undefined && proposal.basis === assignment.tableVersion;
}

/** @returns what is to be remembered from now on, the proposal among it */
export function consider(before: RebalanceMemory, given: Consideration): RebalanceMemory {
  const { picture, load, isNew, timed } = given;
  const { state, assignment } = picture;
  if (!hasLoad(picture, load)) return { ...before, proposal: undefined, report: undefined };
  const memory = recalled(before, given);
  const servers = serversOf(picture);
  const known = knownFleet(picture, servers, load, memory);
  const weighed = isNew ? weigh(memory, known, given) : memory;
  const byNumber = isByNumber(assignment, servers, picture.health);
  const decision = decide(weighed.rounds, factsOf(weighed, known, given, byNumber));
  const decided = { ...weighed, rounds: decision.memory };
  if (decision.kind === 'none' || byNumber) return { ...decided, proposal: undefined };
  if (decided.proposal?.basis === assignment.tableVersion && !isNew) return decided;
  const isRound = decision.kind === 'round';
  const budget = isRound ? state.settings.roundBudget : 0;
  const plan = planFor(picture, known, { budget, toldApart: 0 }, timed);
  const proposal = proposalOf({
    plan,
    previous: assignment,
    table: isRound ? filled(known, plan) : plan.table,
    triggers: decision.triggers,
    isRound,
    fleet: load.connections,
    trials: begun(decided.trials, plan.moves, load),
  });
  if (!isRound) return { ...decided, proposal };
  const rounds =
    proposal === undefined ? made(decided.rounds, { now: picture.now, goesOn: false }) : decided.rounds;
  return { ...decided, rounds, proposal, scanned: false, requested: false };
}

/** With what came of the last round: its own, or that of the leader before. */
function recalled(before: RebalanceMemory, { picture, load, isNew }: Consideration): RebalanceMemory {
  const { state, assignment, rounds: written, now, wallNow } = picture;
  const [last] = written;
  let { rounds, trials } = before;
  const found = before.hasTrials ? undefined : inherited(written);
  if (found !== undefined) trials = found;
  if (rounds.lastAt === undefined && last?.worstOverMean !== undefined) {
    rounds = { ...rounds, lastAt: now - Math.max(0, wallNow - last.atMs) };
  }
  const isRested = now - (rounds.lastAt ?? -Infinity) >= state.settings.roundIntervalMs;
  if (isNew && isFollowed(assignment) && isRested) trials = judged(trials, load);
  return { ...before, rounds, trials, hasTrials: before.hasTrials || found !== undefined };
}

/** How even the load is, without telling small organizations apart. */
function weigh(memory: RebalanceMemory, known: LoadedFleet, given: Consideration): RebalanceMemory {
  const { picture, load, timed } = given;
  const plan = planFor(picture, known, { budget: 0, toldApart: LARGE }, timed);
  const full = fullServers({
    load,
    before: memory.full,
    // Those that are suspended as well: a full server has room when it has room for them.
    pins: pinsWanted(picture.state),
    connectionsOf: (id) => picture.reports.seatsOf(id).reduce((sum, one) => sum + one.connections, 0),
    ceiling: picture.state.settings.loadCeiling,
  });
  const readings = (memory.report?.readings ?? 0) + 1;
  return { ...memory, full, report: { load, plan, alarms: plan.alarms, readings, full } };
}

function factsOf(
  { report, trials, scanned, requested }: RebalanceMemory,
  { servers, labelsOf, selectors, pins }: LoadedFleet,
  { picture, load, isNew }: Consideration,
  byNumber: boolean,
): RoundFacts {
  const { state, assignment, health, now } = picture;
  const { settings } = state;
  const leaving: LeavingInput = { assignment, servers, dead: health.dead, labelsOf, selectors, pins };
  return {
    now,
    intervalMs: settings.roundIntervalMs,
    threshold: settings.balanceThreshold,
    worstOverMean: isNew && isSteady(load) ? report?.plan.before.worstOverMean : undefined,
    joined: hasJoined(leaving),
    leaving: isLeaving(leaving),
    misplaced: isMisplaced(leaving),
    overCeiling: isOver(load, trials, settings.loadCeiling),
    scanned,
    requested,
    isQuiet:
      isFollowed(assignment) &&
      !byNumber &&
      isSteady(load) &&
      mayMove(picture) &&
      // What the last round came to is known by the next reading: a round before that would forget it.
      (isNew || !isOnTrial(trials)),
  };
}

/** Connections may follow the table in force. */
function isFollowed({ drainUpTo, tableVersion }: AssignedPicture['assignment']): boolean {
  return drainUpTo >= tableVersion;
}

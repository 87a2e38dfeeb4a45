/** Round after round of random faults; after each the system must come to rest whole, and nothing must have moved in vain. */
import { askControlPlane } from '../../../local/control-view.ts';
import type { Cleanup } from '../../harness/cleanup.ts';
import { expectNone } from '../../harness/context.ts';
import { waitFor } from '../../harness/wait.ts';
import { Fleet, type FleetDevice } from '../fleet.ts';
import { assignmentNow, type VerdictAnswer } from '../routes.ts';
import { atHome, settled, type Homes } from '../settled.ts';
import { startFaultSystem, type FaultSystem } from '../system.ts';
import { carryOut, partsOf, touchedBy, type Touched } from './carry-out.ts';
import { formatSchedule, roundOf, type Round } from './schedule.ts';

export interface CampaignOptions {
  readonly seed: number;
  /** No round begins later than this. */
  readonly minutes: number;
  /** In place of the rounds of the seed; ends with the last of them. */
  readonly schedule?: readonly Round[] | undefined;
  readonly say: (line: string) => void;
}

export interface CampaignResult {
  readonly rounds: number;
  readonly faults: number;
  /** Milliseconds from the end of each round's faults until everybody sat with its organization. */
  readonly settledMs: readonly number[];
}

/** What went wrong, and how to see it again. */
export class CampaignFailure extends Error {
  override name = 'CampaignFailure';

  constructor(
    readonly rounds: readonly Round[],
    seed: number,
    cause: unknown,
    /** What the leaders did, the last first. */
    history: string,
  ) {
    const [last] = rounds.slice(-1);
    super(
      `round ${rounds.length - 1} of seed ${seed} failed: ${(cause as Error).message}\n` +
        `the whole schedule until then: npm run test:fault -- --schedule '${formatSchedule(rounds)}'\n` +
        `this round alone: npm run test:fault -- --schedule '${formatSchedule(last === undefined ? [] : [last])}'\n` +
        `what the leader wrote, the last first:\n${history}`,
      { cause },
    );
  }
}

/** Milliseconds; ten times of what is expected. */
const REST_MS = 180_000;

/** Servers come back at once and as a whole: what is tried here is that nobody gets lost, and not how gently. */
const SETTINGS = {
  holdDownMs: 1_000,
  holdDownMostMs: 2_000,
  healHoldDownMs: 1_000,
  returningSlotsPerMinute: 1_000_000,
  drainWindowMs: 5_000,
  longestDrainWindowMs: 5_000,
  brakeReleaseMs: 5_000,
  // Faults kill servers that organizations have just come to: none of them is to be quarantined for it.
  quarantineWindowMs: 1_000,
} as const;

/** @throws CampaignFailure */
export async function runCampaign(cleanup: Cleanup, options: CampaignOptions): Promise<CampaignResult> {
  const { seed, minutes, schedule, say } = options;
  const whole = await startFaultSystem(cleanup, { settings: SETTINGS });
  const { system } = whole;
  const fleet = cleanup.own(new Fleet({ proxies: system.proxies, reconnectTo: system.proxies }));
  fleet.start();
  const parts = partsOf(system);
  const deadline = performance.now() + minutes * 60_000;
  const rounds: Round[] = [];
  const settledMs: number[] = [];
  while (performance.now() < deadline && rounds.length < (schedule?.length ?? Infinity)) {
    const round = schedule?.[rounds.length] ?? roundOf(parts, seed, rounds.length);
    rounds.push(round);
    try {
      settledMs.push(await play(round, whole, fleet));
    } catch (error) {
      throw new CampaignFailure(rounds, seed, error, await written(system));
    }
    say(
      `round ${rounds.length - 1} (seed ${seed}): ${round.length} faults, ` +
        `everybody together again ${Math.round(settledMs.at(-1) ?? 0)} ms after`,
    );
  }
  return { rounds: rounds.length, faults: rounds.flat().length, settledMs };
}

/** @returns the milliseconds that it took until everybody sat with its organization */
async function play(
  round: Round,
  { system, faults, ended: obituaries }: FaultSystem,
  fleet: Fleet,
): Promise<number> {
  await atRest(system);
  const before = await atHome(system, fleet, { timeout: REST_MS });
  const sessions = fleet.sessions();
  const touched = touchedBy(round, partsOf(system));
  await carryOut(round, system, faults);
  const ended = performance.now();
  const after = await settled(system, fleet, { timeout: REST_MS });
  const took = performance.now() - ended;
  expectNone(obituaries);
  const vain = [
    ...movedInVain(before, after, touched),
    ...cameInVain(before, after, touched, fleet, sessions),
  ];
  if (vain.length > 0) throw new Error(`moved in vain: ${vain.slice(0, 5).join('; ')}`);
  return took;
}

/** Of `/v1/leader`. */
interface LeaderAnswer {
  readonly records: readonly { readonly at: string; readonly kind: string; readonly reason: string }[];
}

async function written(system: FaultSystem['system']): Promise<string> {
  try {
    const { records } = await askControlPlane<LeaderAnswer>(system, '/v1/leader');
    return records.map((record) => JSON.stringify(record)).join('\n');
  } catch (error) {
    return `no leader answers: ${(error as Error).message}`;
  }
}

/** Of `/v1/verdicts`. */
interface VerdictsAnswer {
  readonly servers: readonly VerdictAnswer[];
  readonly brake: { readonly engaged: boolean };
}

/** Every server lives and has its part: what moves from now on has its reason in the round. */
async function atRest(system: FaultSystem['system']): Promise<void> {
  let seen: unknown;
  await waitFor(
    async () => {
      const { servers, brake } = await askControlPlane<VerdictsAnswer>(system, '/v1/verdicts');
      const { servers: named, drainUpTo, tableVersion } = await assignmentNow(system);
      seen = { servers, brake, named, drainUpTo, tableVersion };
      const isBack = named.length === system.servers.length && drainUpTo === tableVersion;
      return isBack && servers.every(({ state }) => state === 'alive') && !brake.engaged;
    },
    { what: 'every server to be back', timeout: REST_MS, interval: 100, describe: () => seen },
  );
}

/** Organizations that left a server which nothing had happened to, for one that nothing had happened to either. */
function movedInVain(before: Homes, after: Homes, { servers }: Touched): string[] {
  return [...before].flatMap(([organization, from]) => {
    const to = after.get(organization) ?? 'nowhere';
    const isInVain = from !== to && !servers.has(from) && !servers.has(to);
    return isInVain ? [`${organization} went from ${from} to ${to}`] : [];
  });
}

/** Devices that came again although neither their server nor any proxy was away, and their organization did not move. */
function cameInVain(
  before: Homes,
  after: Homes,
  { servers, proxies }: Touched,
  fleet: Fleet,
  sessions: ReadonlyMap<string, number>,
): string[] {
  if (proxies.size > 0) return [];
  const isUntouched = ({ device: { organization } }: FleetDevice): boolean => {
    const home = before.get(organization);
    return home !== undefined && home === after.get(organization) && !servers.has(home);
  };
  return [...fleet.reconnectedSince(sessions).keys()]
    .filter(isUntouched)
    .map(({ device }) => `${device.id} came again`);
}

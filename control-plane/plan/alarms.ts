/** What no plan can put right. */
import { NOBODY } from '../placement/matching.ts';
import { compareIds } from '../placement/table.ts';
import { SLOTS } from '../placement/types.ts';
import { shareOfLimits } from './own.ts';
import { overCeiling, unmovableOver } from './steps.ts';
import type { PlanAlarm } from './types.ts';
import type { Work } from './work.ts';

/** All are nearly full from this part of the ceiling on. */
const NEARLY_FULL = 0.95;

export function alarmsOf(work: Work, dimensions: readonly string[]): PlanAlarm[] {
  const { draft, own, aims } = work;
  const { fleet, organizations } = draft;
  const alarms: PlanAlarm[] = [];
  const { hopeless } = organizations.selectors;
  if (hopeless.includes(true)) {
    const ids = organizations.list.filter((_, i) => hopeless[organizations.selectorOf(i)] === true);
    alarms.push(
      ...ids.map(({ id }) => ({ kind: 'no server matches', organization: id }) as const).sort(byId),
    );
  }
  if (!fleet.isLimited) return alarms;
  const over = fleet.ids.map((_, server) => overCeiling(work, server));
  const tooLarge = over.some((one) => one !== NOBODY) ? organizationsTooLarge(work, over) : [];
  alarms.push(...tooLarge);
  const explained = new Set(tooLarge.map(({ server }) => server));
  over.forEach((dimension, server) => {
    if (dimension === NOBODY || fleet.gives[server] === 1 || explained.has(fleet.ids[server]!)) return;
    const stuck = unmovableOver(work, server);
    if (stuck === NOBODY) return;
    const at = server * fleet.width + stuck;
    alarms.push({
      kind: 'no move frees it',
      server: fleet.ids[server]!,
      dimension: dimensions[stuck]!,
      load: draft.used[at]! * fleet.perLimit[at]!,
    });
  });
  if (own.mean >= aims.ceiling * NEARLY_FULL) alarms.push({ kind: 'all full', load: own.mean });
  return alarms;
}

type TooLarge = PlanAlarm & { readonly kind: 'organization too large' };

const byId = (a: { organization: string }, b: { organization: string }): number =>
  compareIds(a.organization, b.organization);

/** Organizations that alone bring their server over the ceiling, where no other server that they may use is larger. */
function organizationsTooLarge({ draft, aims }: Work, over: readonly number[]): TooLarge[] {
  const { fleet, organizations } = draft;
  const alarms: TooLarge[] = [];
  for (let i = 0; i < organizations.count; i++) {
    const server = draft.at(SLOTS + i);
    if (server === NOBODY || over[server] === NOBODY) continue;
    const load = shareOfLimits(draft, i, server, false);
    if (load <= aims.ceiling) continue;
    const selector = organizations.selectorOf(i);
    const isLarger = fleet.ids.some(
      (_, other) =>
        fleet.gets[other] === 1 &&
        organizations.selectors.isAllowed(selector, other) &&
        shareOfLimits(draft, i, other, true) <= aims.ceiling,
    );
    if (isLarger) continue;
    const [organization, id] = [organizations.list[i]!.id, fleet.ids[server]!];
    alarms.push({ kind: 'organization too large', organization, server: id, load });
  }
  return alarms.sort(byId);
}

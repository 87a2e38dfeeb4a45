/** How many devices an action moves: what is shown before it is done. Pure. */
import type { Move, OneOrganization, PlanView } from '../data/rest.ts';

/** Of an organization whose home becomes another server: those that do not sit there. */
export function devicesToMove({ seats }: Pick<OneOrganization, 'seats'>, to: string | undefined): number {
  return seats.reduce((sum, { server, connections }) => sum + (server === to ? 0 : connections), 0);
}

/** From → to with the devices of a plan's moves, the most first. */
export function flowsOf({ moves }: Pick<PlanView, 'moves'>): { from: string; to: string; devices: number }[] {
  const flows = new Map<string, { from: string; to: string; devices: number }>();
  for (const { from = 'nobody', to, connections } of moves) {
    const key = JSON.stringify([from, to]);
    const flow = flows.get(key) ?? { from, to, devices: 0 };
    flows.set(key, { ...flow, devices: flow.devices + connections });
  }
  return [...flows.values()].sort((a, b) => b.devices - a.devices);
}

/** What a move moved. */
export function targetOf({ organization, slots = [] }: Pick<Move, 'organization' | 'slots'>): string {
  if (organization !== undefined) return organization;
  const many = slots.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return many === 1 ? `slot ${slots[0]?.[0]}` : `${many} slots`;
}

/** What most fault tests begin with: a system, and devices that sit where they belong. Import only from tests. */
import type { Cleanup } from '../harness/cleanup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { explainFailure } from './failure.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import { allAlive } from './routes.ts';
import { atHome, type Homes } from './settled.ts';
import { startFaultSystem, type FaultSystem, type FaultSystemOptions } from './system.ts';

export interface Populated extends FaultSystem {
  readonly cleanup: Cleanup;
  readonly fleet: Fleet;
  /** Where everybody sits at the beginning. */
  readonly homes: Homes;
}

export async function startPopulated(
  options: FaultSystemOptions = {},
  fleetOptions: Omit<FleetOptions, 'proxies'> = {},
): Promise<Populated> {
  const cleanup = cleanupAfterTest();
  const started = await startFaultSystem(cleanup, options);
  explainFailure(started);
  const fleet = cleanup.own(new Fleet({ ...fleetOptions, proxies: started.system.proxies }));
  fleet.start();
  const homes = await atHome(started.system, fleet);
  await allAlive(started.system);
  return { ...started, cleanup, fleet, homes };
}

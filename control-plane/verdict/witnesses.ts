/**
 * What a replica remembers of proxies and agents from one state to the next: who was there and is not any more. Every
 * replica keeps it from its start, so that a new leader knows as much as the last one.
 */
import type { Settings } from '../model/index.ts';
import { isLoaded, type ClusterState } from '../state/cluster-state.ts';
import { countsUntil, type ProxySight, type ServerSight } from './judge.ts';

interface Absent {
  readonly lastHeardMs: number;
  readonly isHearsay: boolean;
}

export class Witnesses {
  private views: ClusterState['views'] = new Map();
  private readonly absent = new Map<string, Absent>();
  private readonly agents = new Set<string>();
  private hasBegun = false;

  /** The state has changed. @param now in milliseconds of a clock that does not go back */
  observe(state: ClusterState, now: number): void {
    if (!isLoaded(state)) return;
    if (!this.hasBegun) {
      this.hasBegun = true;
      // The last leader's proxies: those that this replica never hears of have left, but not before they had the time.
      for (const proxy of state.verdicts.proxies)
        this.absent.set(proxy, { lastHeardMs: now, isHearsay: true });
    }
    for (const proxy of this.views.keys()) {
      if (!state.views.has(proxy)) this.absent.set(proxy, { lastHeardMs: now, isHearsay: false });
    }
    this.views = state.views;
    for (const proxy of state.views.keys()) this.absent.delete(proxy);
    for (const id of state.agents.keys()) this.agents.add(id);
  }

  proxies(now: number, settings: Pick<Settings, 'proxyGoneMs' | 'proxyRegisteredMs'>): ProxySight[] {
    const sights: ProxySight[] = [...this.views].map(([proxy, { value }]) => ({
      proxy,
      present: true,
      lastHeardMs: now,
      isHearsay: false,
      view: value,
    }));
    for (const [proxy, absent] of this.absent) {
      const sight = { proxy, present: false, view: undefined, ...absent };
      if (now < countsUntil(sight, settings)) sights.push(sight);
      else this.absent.delete(proxy);
    }
    return sights;
  }

  /** @param wasSuspect the verdict so far says that its agent's lease was lost */
  lease(state: Pick<ClusterState, 'agents'>, server: string, wasSuspect: boolean): ServerSight['lease'] {
    if (state.agents.has(server)) return 'held';
    return wasSuspect || this.agents.has(server) ? 'lost' : 'never';
  }
}

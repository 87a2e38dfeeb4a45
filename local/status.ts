/** How it goes: who is connected, and whether organizations are whole. Pure. */
import type { FleetStatus } from '../demo/fleet.ts';
import type { Seats } from './seats.ts';

/** What the control plane says. */
export interface ControlView {
  /** The replica that leads; undefined: none known. */
  readonly leader: string | undefined;
  /** As `epoch.version`; undefined: there is none, or no replica answers. */
  readonly assignment: string | undefined;
  /** Proxies that are connected, and those of them that route by this assignment. */
  readonly proxies: number;
  readonly appliedBy: number;
}

export interface Summary {
  readonly devices: number;
  readonly connected: number;
  readonly organizations: number;
  /** Organizations that sit on more than one server. */
  readonly splitOrganizations: number;
  /** Of messages between connected devices of one organization: the share that arrived. */
  readonly sameServerShare: number;
  readonly servers: Seats['servers'];
  /** Connections of the server that has most, over the mean of all. */
  readonly worstOverMean: number;
}

export interface Status extends Summary, ControlView {}

/** @param fleet undefined where no devices are simulated */
export function summaryOf(fleet: FleetStatus | undefined, seats: Seats): Summary {
  const { servers, organizations, splitOrganizations } = seats;
  const connections = servers.map((server) => server.connections);
  const all = connections.reduce((sum, count) => sum + count, 0);
  const worstOverMean = all === 0 ? 1 : (Math.max(...connections) * servers.length) / all;
  return {
    devices: fleet?.devices ?? 0,
    connected: fleet?.connected ?? 0,
    organizations: fleet?.organizations ?? organizations,
    splitOrganizations,
    sameServerShare: fleet?.sameServerShare ?? 1,
    servers,
    worstOverMean: Math.round(worstOverMean * 1000) / 1000,
  };
}

/** Whether all is as it should be: everybody connected, nobody apart. */
export function isWhole(summary: Summary): boolean {
  return (
    summary.connected === summary.devices && summary.splitOrganizations === 0 && summary.sameServerShare === 1
  );
}

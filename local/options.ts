/** What `cohort up` is told. */
import type { Address, PortKind, Settings } from '../control-plane/model/index.ts';
import type { Placement } from './place.ts';

/** A server that somebody else runs. */
export interface ForeignServer {
  readonly id: string;
  readonly ports: Readonly<Record<PortKind, Address>>;
  /** What its agent measures, as arguments of `cohort agent`. Default: the machine. */
  readonly measured?: readonly string[];
}

export interface StackOptions {
  readonly proxies: number;
  /** Worker threads of each proxy. */
  readonly workers: number;
  readonly controlPlanes: number;
  readonly etcdMembers: 1 | 3 | 5;
  /** Demo servers to start, or servers that somebody else runs. */
  readonly servers: number | readonly ForeignServer[];
  /** Greeters, and the listener `greeted` for devices that only they can tell apart; default 0. */
  readonly greeters?: number;
  /** The first of the ports; default: free ones. */
  readonly basePort?: number;
  /** Default: all on loopback, where proxies take ports of their own; elsewhere each has the standard ports. */
  readonly placement?: Placement;
  /** What differs from the default settings. */
  readonly settings?: Partial<Settings>;
  /** Each proxy keeps a log of finished connections, see `ProxyPart.accessLogs`. Default: none. */
  readonly accessLogs?: boolean;
}

export interface UpOptions extends StackOptions {
  readonly devices: number;
  readonly organizations: number;
  /** From `ready` on; default: until interrupted. */
  readonly durationSeconds?: number;
  /** Events as JSON, one a line, in place of the table. */
  readonly json: boolean;
}

/** Port kinds that every server offers. */
export function portKindsOf(servers: StackOptions['servers']): PortKind[] {
  if (typeof servers === 'number') return ['mqtt', 'websocket'];
  const [first, ...others] = servers;
  return Object.keys(first?.ports ?? {}).filter((kind) => others.every(({ ports }) => kind in ports));
}

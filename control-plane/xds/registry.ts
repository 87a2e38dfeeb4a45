import { Listeners } from '../store/listeners.ts';
import type { Unsubscribe } from '../store/store.ts';
import type { Delivery, Late } from './delivery.ts';
import type { Refusal } from './subscription.ts';

/** What a proxy says of itself when it connects. */
export interface ProxyNode {
  readonly id: string;
  /** Worker threads (`node.metadata.workers`); undefined where its bootstrap does not tell. */
  readonly workers: number | undefined;
  /** Envoy's version, such as `1.40.0`; undefined where it does not tell. */
  readonly version: string | undefined;
  /** `address:port`. */
  readonly peer: string;
}

/** A resource that a proxy refused, for people. */
export interface RefusedResource extends Refusal {
  readonly typeUrl: string;
  readonly name: string;
}

/** A proxy that has an ADS stream to this replica. Times are milliseconds of the server's clock. */
export interface ConnectedProxy extends ProxyNode {
  readonly connectedAt: number;
  /** When its last request came. */
  readonly heardAt: number;
  /** Responses that it has refused since it connected. */
  readonly refusals: number;
  /** Its requests with a nonce that nothing waited for. */
  readonly staleNonces: number;
  /** What it has not answered in time; each goes from the list when it answers. */
  readonly late: readonly Late[];
  /** Type URL → what is known of it: versions acknowledged and under way, refusals. */
  readonly delivery: Delivery;
}

/** A proxy's stream, as the registry sees it. */
export interface Registered {
  readonly proxy: ConnectedProxy;
}

export interface Acknowledged {
  readonly node: string;
  readonly typeUrl: string;
  /** Name → version. */
  readonly versions: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

export interface Refused extends Acknowledged {
  /** The proxy's words. */
  readonly message: string;
}

/** All proxies that are connected to this replica. */
export class ProxyRegistry {
  private readonly streams = new Map<string, Registered>();
  private readonly connected: Listeners<ConnectedProxy>;
  private readonly disconnected: Listeners<ConnectedProxy>;
  private readonly acknowledged: Listeners<Acknowledged>;
  private readonly refused: Listeners<Refused>;
  private readonly delayed: Listeners<Late & { readonly node: string }>;

  /** @param failed told what a listener threw */
  constructor(failed: (error: unknown) => void) {
    this.connected = new Listeners(failed);
    this.disconnected = new Listeners(failed);
    this.acknowledged = new Listeners(failed);
    this.refused = new Listeners(failed);
    this.delayed = new Listeners(failed);
  }

  /** The connected proxies, those that came first before the others. */
  list(): ConnectedProxy[] {
    return [...this.streams.values()].map(({ proxy }) => proxy);
  }
  get(node: string): ConnectedProxy | undefined {
    return this.streams.get(node)?.proxy;
  }

  onConnected(listener: (proxy: ConnectedProxy) => void): Unsubscribe {
    return this.connected.add(listener);
  }
  onDisconnected(listener: (proxy: ConnectedProxy) => void): Unsubscribe {
    return this.disconnected.add(listener);
  }
  onAck(listener: (acknowledged: Acknowledged) => void): Unsubscribe {
    return this.acknowledged.add(listener);
  }
  onNack(listener: (refused: Refused) => void): Unsubscribe {
    return this.refused.add(listener);
  }
  /** A proxy has not answered in time. */
  onLate(listener: (late: Late & { readonly node: string }) => void): Unsubscribe {
    return this.delayed.add(listener);
  }

  /** For streams. A second stream of a node takes the place of the first, which may be dead and not know it yet. */
  add(stream: Registered): void {
    const { proxy } = stream;
    const known = this.streams.has(proxy.id);
    this.streams.set(proxy.id, stream);
    if (!known) this.connected.tell(proxy);
  }
  remove(stream: Registered): void {
    const { proxy } = stream;
    if (this.streams.get(proxy.id) !== stream) return;
    this.streams.delete(proxy.id);
    this.disconnected.tell(proxy);
  }
  tellAck(acknowledged: Acknowledged): void {
    this.acknowledged.tell(acknowledged);
  }
  tellNack(refused: Refused): void {
    this.refused.tell(refused);
  }
  tellLate(late: Late & { readonly node: string }): void {
    this.delayed.tell(late);
  }
}

/** Resources that the proxy refused and that have not changed since it was given them. */
export function refusalsOf(proxy: Pick<ConnectedProxy, 'delivery'>): RefusedResource[] {
  return [...proxy.delivery].flatMap(([typeUrl, { parked }]) =>
    [...parked].map(([name, refusal]) => ({ ...refusal, typeUrl, name })),
  );
}

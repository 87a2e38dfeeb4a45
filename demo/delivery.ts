/**
 * The share of messages between devices of one organization that arrive: what Cohort is for. A message counts only when
 * sender and receiver stayed connected all the while, since a device that is reconnecting misses messages anywhere.
 */

/** Where a device is in its life: grows by one with every connection. */
export interface Party {
  readonly id: string;
  readonly connected: boolean;
  readonly session: number;
}

interface Sent {
  readonly from: Party;
  readonly to: Party;
  readonly sessions: readonly [number, number];
  readonly due: number;
  arrived: boolean;
}

export class Delivery {
  delivered = 0;
  lost = 0;
  /** Messages that do not count: somebody reconnected meanwhile. */
  void = 0;
  private readonly underway = new Map<string, Sent>();

  /** @param timeoutMs after which a message is judged: arrived or lost; sooner, what is slow would seem rare */
  constructor(private readonly timeoutMs: number) {}

  sent(message: string, from: Party, to: Party, now: number): void {
    const sessions = [from.session, to.session] as const;
    this.underway.set(message, { from, to, sessions, due: now + this.timeoutMs, arrived: false });
  }

  /** A message has arrived at the device it was meant for. */
  arrived(message: string): void {
    const sent = this.underway.get(message);
    if (sent) sent.arrived = true;
  }

  /** Judges what is overdue. */
  expire(now: number): void {
    for (const [message, { from, to, sessions, due, arrived }] of this.underway) {
      // In the order of their due times.
      if (due > now) return;
      this.underway.delete(message);
      const steady =
        from.connected && to.connected && from.session === sessions[0] && to.session === sessions[1];
      if (arrived) this.delivered++;
      else if (steady) this.lost++;
      else this.void++;
    }
  }

  /** Delivered of all that count; 1 when none was sent. */
  get share(): number {
    const all = this.delivered + this.lost;
    return all === 0 ? 1 : this.delivered / all;
  }
}

/**
 * How much there is of something a second: a mean over the past in which what was long ago counts less, half as much for
 * each half-life.
 */
export class Rate {
  private value = 0;
  private at = 0;

  /** @param halfLifeMs milliseconds, positive */
  add(amount: number, now: number, halfLifeMs: number): void {
    // Steady amounts end at their own rate: what is added weighs ln 2 / half-life.
    this.value = this.decayed(now, halfLifeMs) + (amount * Math.LN2 * 1000) / halfLifeMs;
    this.at = Math.max(now, this.at);
  }

  /** A second, now. */
  perSecond(now: number, halfLifeMs: number): number {
    const rate = this.decayed(now, halfLifeMs);
    return rate < 1e-6 ? 0 : rate;
  }

  private decayed(now: number, halfLifeMs: number): number {
    if (this.value === 0) return 0;
    return this.value * 2 ** (-Math.max(0, now - this.at) / halfLifeMs);
  }
}

/** Bytes from devices, bytes to devices, messages to devices. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
  readonly messages: number;
}

/** Three rates that are counted together. */
export class TrafficRate {
  private readonly received = new Rate();
  private readonly sent = new Rate();
  private readonly messages = new Rate();

  add(traffic: Traffic, now: number, halfLifeMs: number): void {
    if (traffic.received > 0) this.received.add(traffic.received, now, halfLifeMs);
    if (traffic.sent > 0) this.sent.add(traffic.sent, now, halfLifeMs);
    if (traffic.messages > 0) this.messages.add(traffic.messages, now, halfLifeMs);
  }

  /** Both ways. */
  bytesPerSecond(now: number, halfLifeMs: number): number {
    return this.received.perSecond(now, halfLifeMs) + this.sent.perSecond(now, halfLifeMs);
  }

  perSecond(now: number, halfLifeMs: number): Traffic {
    return {
      received: this.received.perSecond(now, halfLifeMs),
      sent: this.sent.perSecond(now, halfLifeMs),
      messages: this.messages.perSecond(now, halfLifeMs),
    };
  }
}

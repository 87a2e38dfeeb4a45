/** A timer that several may ask for: the soonest time counts. */
import type { Clock } from './clock.ts';

export class Alarm {
  private disarm: (() => void) | undefined;
  private at = Infinity;

  /** @param ring called once for whatever was asked for since the last time; it may ask again */
  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
  ) {}

  /** Rings after `ms`, unless it will sooner. */
  ringIn(ms: number): void {
    const at = this.clock.now() + ms;
    if (at >= this.at) return;
    this.cancel();
    this.at = at;
    this.disarm = this.clock.after(ms, () => {
      this.cancel();
      this.ring();
    });
  }

  /** Does not ring, whatever was asked for. */
  cancel(): void {
    this.disarm?.();
    this.disarm = undefined;
    this.at = Infinity;
  }
}

import type { Report } from '../../protocol-filters/wire/index.ts';

/** A report as it came. */
export interface LoggedReport {
  readonly bytes: Buffer;
  /** When it came, in milliseconds of the replica's clock. */
  readonly at: number;
}

interface Entry extends LoggedReport {
  readonly sequence: bigint;
}

/**
 * The reports from which this replica's part of the picture can be built anew: for each VM the last full one that came
 * here, and the changes after it. A VM's reports go round the replicas; all logs together hold them all.
 */
export class ReportLog {
  private readonly vms = new Map<string, Entry[]>();

  /** @param keepMs what is older is dropped: a full report has come since, somewhere, or the VM is gone */
  constructor(private readonly keepMs = 90_000) {}

  add({ node, vm, vmStart, sequence, full }: Report, bytes: Buffer, at: number): void {
    const key = `${node}\n${vm} ${vmStart}`;
    const entries = (this.vms.get(key) ?? []).filter((entry) => !full || entry.sequence > sequence);
    entries.push({ bytes, at, sequence });
    this.vms.set(key, entries);
  }

  /** All that is kept, each VM's in the order of their sequence. */
  all(now: number): LoggedReport[] {
    this.prune(now);
    return [...this.vms.values()].flatMap((entries) =>
      [...entries].sort((a, b) => (a.sequence < b.sequence ? -1 : 1)),
    );
  }

  prune(now: number): void {
    for (const [key, entries] of this.vms) {
      const kept = entries.filter(({ at }) => now - at < this.keepMs);
      if (kept.length === 0) this.vms.delete(key);
      else if (kept.length < entries.length) this.vms.set(key, kept);
    }
  }
}

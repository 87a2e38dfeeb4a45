/** The counts that reports add up to. */
import type { Report } from '../../protocol-filters/wire/index.ts';

/** Open connections by slot, and by organization with bytes and messages, on each server; as lines. */
export class Counts {
  private slots = new Map<string, string>();
  private organizations = new Map<string, string>();
  /** Organizations that have left a server, with what they had come to. */
  readonly gone: string[] = [];

  take(report: Report): void {
    if (report.full) {
      this.slots.clear();
      this.organizations.clear();
    }
    for (const { slot, server, pinned, connections } of report.slots) {
      set(this.slots, `slot ${slot} on ${server}, pinned ${pinned}`, connections, `${connections}`);
    }
    for (const {
      organization,
      server,
      pinned,
      connections,
      received,
      sent,
      messages,
    } of report.organizations) {
      const numbers = `${connections}, received ${received}, sent ${sent}, messages ${messages}`;
      const key = `${organization} on ${server}, pinned ${pinned}`;
      set(this.organizations, key, connections, numbers);
      if (connections === 0) this.gone.push(`${key}: ${numbers}`);
    }
  }

  lines(): string[] {
    return [...this.slots, ...this.organizations].map(([key, value]) => `${key}: ${value}`).sort();
  }
}

function set(map: Map<string, string>, key: string, connections: number, numbers: string): void {
  if (connections === 0) map.delete(key);
  else map.set(key, numbers);
}

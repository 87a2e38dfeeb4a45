/** Tells the user how it goes: JSON for programs, a live table on a terminal, lines elsewhere. */
import type { Writable } from 'node:stream';
import type { Status, Summary } from './status.ts';
import { statusLine, statusTable } from './table.ts';

/** Where everything is: the first event of `--json`. */
export interface ReadyEvent {
  readonly proxies: readonly {
    readonly id: string;
    readonly pid: number | undefined;
    /** `host:port` by listener. */
    readonly listeners: Readonly<Record<string, string>>;
  }[];
  readonly controlPlanes: readonly {
    readonly id: string;
    readonly pid: number | undefined;
    /** URL. */
    readonly admin: string;
    /** `host:port`. */
    readonly xds: string;
  }[];
  /** `pid` and `status` (a URL) of demo servers alone; `ports`: `host:port` by port kind. */
  readonly servers: readonly {
    readonly id: string;
    readonly pid?: number;
    readonly ports: Readonly<Record<string, string>>;
    readonly status?: string;
  }[];
  readonly etcd: { readonly endpoints: readonly string[]; readonly pids: readonly (number | undefined)[] };
}

export interface Reporter {
  ready(event: ReadyEvent): void;
  status(status: Status): void;
  /** @param whole everybody connected, nobody apart */
  summary(summary: Summary, whole: boolean): void;
}

/** One object a line. */
export class JsonReporter implements Reporter {
  constructor(private readonly out: Writable) {}

  ready(event: ReadyEvent): void {
    this.write('ready', event);
  }
  status(status: Status): void {
    const { leader = null, assignment = null, ...rest } = status;
    this.write('status', { ...rest, leader, assignment });
  }
  summary(summary: Summary): void {
    this.write('summary', summary);
  }

  private write(event: string, fields: object): void {
    this.out.write(`${JSON.stringify({ event, ...fields })}\n`);
  }
}

/** A table that is drawn over itself (`isLive`), or a line whenever something has changed. */
export class TextReporter implements Reporter {
  private height = 0;
  private last = '';

  constructor(
    private readonly out: Writable,
    private readonly isLive: boolean,
  ) {}

  ready({ proxies, controlPlanes, etcd }: ReadyEvent): void {
    for (const { id, listeners } of proxies) {
      const where = Object.entries(listeners).map(([name, address]) => `${name} on ${address}`);
      this.out.write(`${id} takes devices by ${where.join(', ')}\n`);
    }
    for (const { id, admin } of controlPlanes)
      this.out.write(`${id} is administered at ${admin}, the dashboard in a browser\n`);
    this.out.write(`etcd is at ${etcd.endpoints.join(', ')}\n`);
  }

  status(status: Status): void {
    if (!this.isLive) {
      const line = statusLine(status);
      if (line !== this.last) this.out.write(`${line}\n`);
      this.last = line;
      return;
    }
    const lines = statusTable(status);
    // Up to the first line of the table that stands there, and clear to the end (ECMA-48: CUU, ED).
    const back = this.height === 0 ? '' : `\x1b[${this.height}A\x1b[J`;
    this.out.write(`${back}${lines.join('\n')}\n`);
    this.height = lines.length;
  }

  /** Another line was written below the table: it stays where it is. */
  interrupted(): void {
    this.height = 0;
  }

  summary(summary: Summary, whole: boolean): void {
    const { devices, connected, splitOrganizations, sameServerShare } = summary;
    const verdict = whole
      ? 'All devices are connected, and every organization is whole.'
      : `Not as it should be: ${connected} of ${devices} devices connected, ${splitOrganizations} organizations split, ` +
        `${Math.floor(sameServerShare * 1000) / 10}% of the messages delivered.`;
    this.out.write(`\n${verdict}\n`);
  }
}

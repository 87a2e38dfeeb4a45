import { status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { decodeReport, type Drained, type Report } from '../../protocol-filters/wire/index.ts';
import type { NodeCheck } from './admission.ts';
import { unaryService, type Service } from './ads.ts';
import { peerOf } from './caller.ts';

/** Where reports go: decoded, and as the bytes that came, to be handed on. */
export type ReportSink = (report: Report, bytes: Buffer) => void;

const MOST_PROTOCOLS = 32;

/** The filters' reports (`cohort.v1.Reports/Report`, see `protocol-filters/wire/cohort.proto`). */
export class ReportsService {
  /** Reports taken. */
  received = 0;
  /** Reports refused: bytes that are none, or of a node that the certificate does not name. */
  refused = 0;
  /** What became of connections that had to go, by protocol, as far as reports to this replica have told. */
  readonly drained = new Map<string, Omit<Drained, 'protocol'>>();
  private complained = new Set<string>();

  constructor(
    private readonly sink: ReportSink,
    private readonly options: { readonly log: Pick<Logger, 'warn' | 'error'>; readonly check: NodeCheck },
  ) {}

  service(): Service {
    return unaryService('/cohort.v1.Reports/Report', (call, done) => this.onReport(call, done));
  }

  private onReport(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
    let report: Report;
    try {
      report = decodeReport(call.request);
    } catch (error) {
      this.refuse(call, done, status.INVALID_ARGUMENT, `not a report: ${(error as Error).message}`);
      return;
    }
    const problem = this.options.check(call, report.node);
    if (problem !== undefined) {
      this.refuse(call, done, problem.code, problem.details);
      return;
    }
    this.received++;
    try {
      this.sink(report, call.request);
    } catch (error) {
      this.options.log.error({ err: error, node: report.node }, 'a report was not taken in');
      done({ code: status.INTERNAL, details: 'the report was not taken in; the next full one heals it' });
      return;
    }
    this.countDrained(report.drained);
    // ReportAnswer has no fields.
    done(null, Buffer.alloc(0));
  }

  private countDrained(drained: readonly Drained[]): void {
    for (const { protocol, redirected, ended, closed } of drained) {
      // It becomes a label: no proxy makes up thousands.
      if (!/^[a-z_]{1,32}$/.test(protocol)) continue;
      if (this.drained.size >= MOST_PROTOCOLS && !this.drained.has(protocol)) continue;
      const before = this.drained.get(protocol) ?? { redirected: 0, ended: 0, closed: 0 };
      this.drained.set(protocol, {
        redirected: before.redirected + redirected,
        ended: before.ended + ended,
        closed: before.closed + closed,
      });
    }
  }

  private refuse(
    call: ServerUnaryCall<Buffer, Buffer>,
    done: sendUnaryData<Buffer>,
    code: status,
    details: string,
  ): void {
    this.refused++;
    // A filter reports every second: say it once for each address.
    const peer = peerOf(call);
    const host = peer.replace(/:\d+$/, '');
    if (!this.complained.has(host) && this.complained.size < 1_000) {
      this.complained.add(host);
      this.options.log.warn({ peer }, `report refused: ${details}`);
    }
    done({ code, details });
  }
}

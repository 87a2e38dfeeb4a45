import { status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { decodeReport, type Report } from '../../protocol-filters/wire/index.ts';
import type { NodeCheck } from './admission.ts';
import { passThrough, type Service } from './ads.ts';

/** Where reports go: decoded, and as the bytes that came, to be handed on. */
export type ReportSink = (report: Report, bytes: Buffer) => void;

/** The filters' reports (`cohort.v1.Reports/Report`, see `protocol-filters/wire/cohort.proto`). */
export class ReportsService {
  /** Reports taken. */
  received = 0;
  /** Reports refused: bytes that are none, or of a node that the certificate does not name. */
  refused = 0;
  private complained = new Set<string>();

  constructor(
    private readonly sink: ReportSink,
    private readonly options: { readonly log: Pick<Logger, 'warn' | 'error'>; readonly check: NodeCheck },
  ) {}

  service(): Service {
    return {
      definition: {
        Report: {
          path: '/cohort.v1.Reports/Report',
          requestStream: false,
          responseStream: false,
          requestSerialize: passThrough,
          requestDeserialize: passThrough,
          responseSerialize: passThrough,
          responseDeserialize: passThrough,
        },
      },
      implementation: {
        Report: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
          this.onReport(call, done),
      },
    };
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
    // ReportAnswer has no fields.
    done(null, Buffer.alloc(0));
  }

  private refuse(
    call: ServerUnaryCall<Buffer, Buffer>,
    done: sendUnaryData<Buffer>,
    code: status,
    details: string,
  ): void {
    this.refused++;
    // A filter reports every second: say it once for each address.
    const host = call.getPeer().replace(/:\d+$/, '');
    if (!this.complained.has(host) && this.complained.size < 1_000) {
      this.complained.add(host);
      this.options.log.warn({ peer: call.getPeer() }, `report refused: ${details}`);
    }
    done({ code, details });
  }
}

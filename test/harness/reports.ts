/** A unary gRPC method on any path that keeps what it is sent, as bytes: the far end of the filters' reports. */
import { status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { GrpcServer } from './grpc.ts';
import { Changes } from './wait.ts';
import type { WaitOptions } from './wait.ts';

export interface ReportRecord {
  bytes: Buffer;
  /** Request metadata (headers) by name. */
  metadata: Record<string, string>;
  /** `performance.now()` at arrival. */
  at: number;
}

const identity = (bytes: Buffer): Buffer => bytes;

export class ReportsServer {
  readonly grpc: GrpcServer;
  readonly path: string;
  readonly reports: ReportRecord[] = [];
  readonly changes = new Changes();
  private reply: (request: Buffer) => Buffer = () => Buffer.alloc(0);
  private failure: { code: number; details: string } | undefined;

  /**
   * @param grpc shares the server of an `AdsServer`: `new ReportsServer(ads.grpc)`
   * @param path full method path
   */
  constructor(grpc = new GrpcServer(), path = '/cohort.v1.Reports/Report') {
    this.grpc = grpc;
    this.path = path;
    const method = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    };
    this.grpc.add(
      { Report: method },
      {
        Report: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
          this.onCall(call, done),
      },
    );
  }

  /** From now on each call is answered with these bytes, or with what the function makes of the request. */
  answer(reply: Buffer | ((request: Buffer) => Buffer)): void {
    this.failure = undefined;
    this.reply = typeof reply === 'function' ? reply : () => reply;
  }

  /** From now on each call fails with this gRPC status code (default 14, UNAVAILABLE). */
  fail(code: number = status.UNAVAILABLE, details = 'failed by the test'): void {
    this.failure = { code, details };
  }

  /** Stops the gRPC server, shared or not. */
  stop(): void {
    this.grpc.stop();
  }

  /** Resolves with the first report, past or future, for which `matches` holds. */
  waitForReport(
    matches: (report: ReportRecord) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<ReportRecord> {
    return this.changes.until(() => this.reports.find(matches), {
      what: `a report on ${this.path}`,
      describe: () => `${this.reports.length} reports so far`,
      ...options,
    });
  }

  private onCall(call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void {
    const metadata: Record<string, string> = {};
    for (const [name, value] of Object.entries(call.metadata.getMap())) metadata[name] = value.toString();
    this.reports.push({ bytes: call.request, metadata, at: performance.now() });
    this.changes.notify();
    if (this.failure) done(this.failure);
    else done(null, this.reply(call.request));
  }
}

/** A proxy that a test plays, over real gRPC: it says what it is told to and keeps what it hears. */
import { readFileSync } from 'node:fs';
import {
  credentials,
  makeClientConstructor,
  type Client,
  type ClientDuplexStream,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadService } from '../../envoy/grpc.ts';
import { Changes, type WaitOptions } from '../../test/harness/wait.ts';
import type { TlsFiles } from './credentials.ts';
import { shortType, TYPE_URLS } from './resource-types.ts';

/** A DeltaDiscoveryResponse as grpc-js reads it. */
export interface HeardResponse {
  readonly type_url: string;
  readonly nonce: string;
  readonly resources?: readonly {
    readonly name: string;
    readonly version: string;
    readonly resource?: { readonly value: Buffer };
  }[];
  readonly removed_resources?: readonly string[];
}

/** The files of its own certificate; without them plain text. */
export interface FakeProxyOptions {
  readonly port: number;
  readonly id?: string;
  readonly workers?: number;
  readonly tls?: TlsFiles;
  /** The name that the server's certificate must have. */
  readonly serverName?: string;
  /** Acknowledges whatever comes. Default true. */
  readonly acknowledges?: boolean;
}

export function clientOf(service: ServiceDefinition, { port, tls, serverName }: FakeProxyOptions): Client {
  const secure =
    tls === undefined
      ? credentials.createInsecure()
      : credentials.createSsl(
          readFileSync(tls.trustedCa),
          readFileSync(tls.privateKey),
          readFileSync(tls.certificate),
        );
  const Constructor = makeClientConstructor(service, 'client');
  return new Constructor(`127.0.0.1:${port}`, secure, {
    // Clients of one test would share a connection, and with it a certificate.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
    ...(serverName === undefined ? {} : { 'grpc.ssl_target_name_override': serverName }),
  });
}

/** Opens a bidirectional stream; the client's methods are made at run time, so the types do not know them. */
export function openStream<Request, Response>(
  client: Client,
  method: string,
): ClientDuplexStream<Request, Response> {
  return (client as unknown as Record<string, () => ClientDuplexStream<Request, Response>>)[method]!();
}

export class FakeProxy {
  readonly heard: HeardResponse[] = [];
  /** How the stream ended. */
  ended: ServiceError | undefined;
  readonly changes = new Changes();
  private readonly client: Client;
  private readonly call: ClientDuplexStream<object, HeardResponse>;
  private isFirst = true;
  private acknowledges: boolean;

  constructor(private readonly options: FakeProxyOptions) {
    this.acknowledges = options.acknowledges ?? true;
    this.client = clientOf(loadService('envoy.service.discovery.v3.AggregatedDiscoveryService'), options);
    this.call = openStream(this.client, 'DeltaAggregatedResources');
    this.call.on('data', (response: HeardResponse) => {
      this.heard.push(response);
      if (this.acknowledges) this.ack(response);
      this.changes.notify();
    });
    this.call.on('error', (error: ServiceError) => {
      this.ended = error;
      this.changes.notify();
    });
  }

  request(type: keyof typeof TYPE_URLS, request: object = {}): void {
    const { id = 'proxy-1', workers } = this.options;
    const metadata =
      workers === undefined ? {} : { metadata: { fields: { workers: { number_value: workers } } } };
    const node = this.isFirst ? { node: { id, ...metadata } } : {};
    this.isFirst = false;
    this.call.write({ ...node, type_url: TYPE_URLS[type], ...request });
  }
  subscribe(type: keyof typeof TYPE_URLS, ...names: string[]): void {
    this.request(type, { resource_names_subscribe: names });
  }
  ack(response: HeardResponse): void {
    this.call.write({ type_url: response.type_url, response_nonce: response.nonce });
  }
  nack(response: HeardResponse, message: string): void {
    this.call.write({
      type_url: response.type_url,
      response_nonce: response.nonce,
      error_detail: { code: 13, message },
    });
  }
  /** Reads nothing any more, until `resume`. */
  pause(): void {
    this.call.pause();
  }
  resume(): void {
    this.call.resume();
  }
  answers(acknowledges: boolean): void {
    this.acknowledges = acknowledges;
  }

  /** What it has heard, such as `CDS x y` and `EDS -z`. */
  get said(): string[] {
    return this.heard.map(({ type_url, resources, removed_resources }) =>
      [
        shortType(type_url),
        ...(resources ?? []).map(({ name }) => name),
        ...(removed_resources ?? []).map((name) => `-${name}`),
      ].join(' '),
    );
  }
  async hears(count: number, options: WaitOptions = {}): Promise<void> {
    await this.changes.until(() => this.heard.length >= count, {
      what: `${count} responses`,
      describe: () => this.said,
      ...options,
    });
  }
  async ends(): Promise<ServiceError> {
    return this.changes.until(() => this.ended, { what: 'the stream to end' });
  }
  stop(): void {
    this.call.on('error', () => undefined);
    this.call.cancel();
    this.client.close();
  }
}

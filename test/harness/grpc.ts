/** One real gRPC server (grpc-js) on which ADS, HDS and report services of a test stand. */
import * as grpc from '@grpc/grpc-js';
import { waitFor } from './wait.ts';

export interface GrpcListenOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: a free port. */
  port?: number;
}

const UNLIMITED = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

export class GrpcServer {
  private server: grpc.Server | undefined;
  private readonly services: [grpc.ServiceDefinition, grpc.UntypedServiceImplementation][] = [];
  private at = { host: '127.0.0.1', port: 0 };

  get host(): string {
    return this.at.host;
  }
  /** The bound port; 0 before `listen`. */
  get port(): number {
    return this.at.port;
  }

  /** Adds a service; allowed while the server listens, too. */
  add(definition: grpc.ServiceDefinition, implementation: grpc.UntypedServiceImplementation): void {
    this.services.push([definition, implementation]);
    this.server?.addService(definition, implementation);
  }

  /** Starts listening and gives the port; already listening, it just gives the port. */
  async listen(options: GrpcListenOptions = {}): Promise<number> {
    if (this.server) return this.port;
    const host = options.host ?? this.at.host;
    const server = new grpc.Server(UNLIMITED);
    for (const [definition, implementation] of this.services) server.addService(definition, implementation);
    const target = `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 0}`;
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(target, grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.server = server;
    this.at = { host, port };
    return port;
  }

  /** Cuts every connection and closes the port: a control plane that is down. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
  }

  /** Listens again where it did before `stop()`. */
  async reopen(): Promise<void> {
    await waitFor(() => this.listen(this.at), { what: `port ${this.port} to be free again`, timeout: 5_000 });
  }
}

/** A control plane that does what a test tells it: incremental ADS over real gRPC. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { loadService } from '../../envoy/grpc.ts';
import { DeltaSubscription } from './ads-subscription.ts';
import type { DeltaRequest, VersionedResource } from './ads-subscription.ts';
import { GrpcServer } from './grpc.ts';
import type { GrpcListenOptions } from './grpc.ts';
import { Changes } from './wait.ts';
import type { WaitOptions } from './wait.ts';

const PREFIX = 'type.googleapis.com/';

/** Type URLs by their xDS names, in the order in which one `push` sends them: what is named comes first. */
export const TYPE_URLS = {
  CDS: `${PREFIX}envoy.config.cluster.v3.Cluster`,
  EDS: `${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`,
  SDS: `${PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret`,
  ECDS: `${PREFIX}envoy.config.core.v3.TypedExtensionConfig`,
  LDS: `${PREFIX}envoy.config.listener.v3.Listener`,
  RDS: `${PREFIX}envoy.config.route.v3.RouteConfiguration`,
} as const;

const PUSH_ORDER: readonly string[] = Object.values(TYPE_URLS);

/** An encoded resource. */
export interface AdsResource {
  name: string;
  typeUrl: string;
  any: { type_url: string; value: Buffer };
}

/** A request as it came in; `at` is `performance.now()`. */
export interface AdsRequestRecord {
  node: string;
  typeUrl: string;
  subscribe: string[];
  unsubscribe: string[];
  nonce: string;
  /** Envoy's words, when the request refuses the response `nonce`. */
  error: string | undefined;
  at: number;
}

/** A response as it went out, without its bytes. */
export interface AdsResponseRecord {
  node: string;
  typeUrl: string;
  nonce: string;
  versions: ReadonlyMap<string, string>;
  removed: readonly string[];
  at: number;
}

/** A response that a proxy refused. Of several resources in it some may have been applied all the same. */
export interface Nack extends AdsResponseRecord {
  /** Envoy's words. */
  message: string;
}

interface DeltaMessage extends DeltaRequest {
  node?: { id?: string };
  type_url: string;
}

type Call = ServerDuplexStream<DeltaMessage, object>;

interface Stream {
  call: Call;
  node: string;
  subscriptions: Map<string, DeltaSubscription>;
}

export class AdsServer {
  readonly grpc: GrpcServer;
  readonly requests: AdsRequestRecord[] = [];
  readonly responses: AdsResponseRecord[] = [];
  readonly acks: AdsResponseRecord[] = [];
  readonly nacks: Nack[] = [];
  readonly changes = new Changes();
  private readonly resources = new Map<string, Map<string, VersionedResource>>();
  private readonly streams = new Set<Stream>();
  private readonly held = new Set<string>();
  /** By node, type and name: the version acknowledged last, undefined when a removal was. */
  private readonly acked = new Map<string, string | undefined>();
  // Versions differ between servers, or a proxy that comes from another one would think it has them already.
  private readonly run = randomBytes(3).toString('hex');
  private counter = 0;
  private nonce = 0;

  /** @param grpc shares one gRPC server with HDS and reports; default one of its own */
  constructor(grpc = new GrpcServer()) {
    this.grpc = grpc;
    this.grpc.add(loadService('envoy.service.discovery.v3.AggregatedDiscoveryService'), {
      DeltaAggregatedResources: (call: Call) => this.onStream(call),
    });
  }

  listen(options: GrpcListenOptions = {}): Promise<number> {
    return this.grpc.listen(options);
  }
  get port(): number {
    return this.grpc.port;
  }
  /** Cuts all streams and closes the port; `grpc.reopen()` brings it back on the same port. */
  stop(): void {
    this.grpc.stop();
  }

  /**
   * Puts a resource in place and gives its version. Streams that are open hear of it at the next `push()`;
   * who subscribes from now on gets it at once. The same content set again is a new version.
   */
  set(resource: AdsResource): string {
    const version = `${this.run}-${++this.counter}`;
    this.ofType(resource.typeUrl).set(resource.name, { name: resource.name, version, any: resource.any });
    return version;
  }

  /** Takes a resource away; told to open streams by the next `push()`. */
  remove(typeUrl: string, name: string): void {
    this.ofType(typeUrl).delete(name);
  }

  /**
   * Sends every open stream what changed since it was last told: one response per type, in the order of
   * {@link TYPE_URLS}. For make before break, push what is new, wait for its ACK, then push the removal.
   */
  push(): void {
    const types = [...PUSH_ORDER, ...[...this.resources.keys()].filter((type) => !PUSH_ORDER.includes(type))];
    for (const stream of this.streams) for (const type of types) this.answer(stream, type, 'all');
  }

  /** Keeps back all answers of a type, or those about one resource, until `release`. */
  hold(typeUrl: string, name?: string): void {
    this.held.add(key(typeUrl, name));
  }

  /** Ends `hold` with the same arguments and sends what was kept back. */
  release(typeUrl: string, name?: string): void {
    this.held.delete(key(typeUrl, name));
    for (const stream of this.streams) this.answer(stream, typeUrl, 'all');
  }

  /** Ends the streams of a node (all without one) with UNAVAILABLE; Envoy comes back after its back-off. */
  disconnect(node?: string): void {
    for (const stream of this.streams) {
      if (node !== undefined && stream.node !== node) continue;
      this.streams.delete(stream);
      stream.call.emit('error', { code: status.UNAVAILABLE, details: 'cut by the test' });
    }
    this.changes.notify();
  }

  /** The ids of the nodes that have a stream open. */
  nodes(): string[] {
    return [...new Set([...this.streams].map((stream) => stream.node))];
  }

  /** Resolves once the node has a stream open. */
  async waitForNode(node: string, options: WaitOptions = {}): Promise<void> {
    await this.changes.until(() => this.nodes().includes(node), {
      what: `node ${node} to connect`,
      describe: () => this.nodes(),
      ...options,
    });
  }

  /** The version in place. @throws Error when there is no such resource. */
  version(typeUrl: string, name: string): string {
    const resource = this.ofType(typeUrl).get(name);
    if (!resource) throw new Error(`the ADS server has no ${shortType(typeUrl)} ${name}`);
    return resource.version;
  }

  /**
   * Resolves with the response that the node acknowledged, in which `name` had `version` (default: the one
   * in place when this is called). Rejects at once, with Envoy's words, when that response is refused.
   */
  waitForAck(
    node: string,
    typeUrl: string,
    name: string,
    version = this.version(typeUrl, name),
    options: WaitOptions = {},
  ): Promise<AdsResponseRecord> {
    const about = concerns(node, typeUrl, name, version);
    return this.changes.until(
      () => {
        const nack = this.nacks.find(about);
        if (nack) throw new Error(`${node} refused ${shortType(typeUrl)} ${name}: ${nack.message}`);
        return this.acks.findLast(about);
      },
      this.explain(options, `${node} to acknowledge ${shortType(typeUrl)} ${name} ${version}`, typeUrl),
    );
  }

  /** Resolves once the node has acknowledged that `name` is gone and has not been given it again. */
  async waitForRemoval(
    node: string,
    typeUrl: string,
    name: string,
    options: WaitOptions = {},
  ): Promise<void> {
    const id = key(node, typeUrl, name);
    await this.changes.until(
      () => this.acked.has(id) && this.acked.get(id) === undefined,
      this.explain(options, `${node} to acknowledge the removal of ${shortType(typeUrl)} ${name}`, typeUrl),
    );
  }

  /** Resolves with the NACK of `name` at `version` (default: the one in place), Envoy's words in `message`. */
  waitForNack(
    node: string,
    typeUrl: string,
    name: string,
    version = this.version(typeUrl, name),
    options: WaitOptions = {},
  ): Promise<Nack> {
    const about = concerns(node, typeUrl, name, version);
    return this.changes.until(
      () => {
        if (this.acks.some(about)) throw new Error(`${node} acknowledged ${shortType(typeUrl)} ${name}`);
        return this.nacks.find(about);
      },
      this.explain(options, `${node} to refuse ${shortType(typeUrl)} ${name} ${version}`, typeUrl),
    );
  }

  /** Resolves with the first request, past or future, for which `matches` holds. */
  waitForRequest(
    matches: (request: AdsRequestRecord) => boolean,
    options: WaitOptions = {},
  ): Promise<AdsRequestRecord> {
    return this.changes.until(() => this.requests.find(matches), { what: 'an ADS request', ...options });
  }

  /** Empties the records (not the state), for tests that push many thousand times. */
  forget(): void {
    for (const list of [this.requests, this.responses, this.acks, this.nacks]) list.length = 0;
  }

  private ofType(typeUrl: string): Map<string, VersionedResource> {
    let resources = this.resources.get(typeUrl);
    if (!resources) this.resources.set(typeUrl, (resources = new Map()));
    return resources;
  }

  private onStream(call: Call): void {
    const stream: Stream = { call, node: '', subscriptions: new Map() };
    const close = (): void => {
      this.streams.delete(stream);
      this.changes.notify();
    };
    call.on('data', (message: DeltaMessage) => {
      // Envoy names its node in the first message of a stream only.
      if (message.node?.id) stream.node = message.node.id;
      this.streams.add(stream);
      this.onRequest(stream, message);
    });
    call.on('cancelled', close);
    call.on('close', close);
    call.on('end', () => {
      call.end();
      close();
    });
    // A proxy that goes away resets its stream; that is no error of the test.
    call.on('error', close);
  }

  private onRequest(stream: Stream, message: DeltaMessage): void {
    const { node } = stream;
    const typeUrl = message.type_url;
    const at = performance.now();
    this.requests.push({
      node,
      typeUrl,
      subscribe: message.resource_names_subscribe ?? [],
      unsubscribe: message.resource_names_unsubscribe ?? [],
      nonce: message.response_nonce ?? '',
      error: message.error_detail?.message,
      at,
    });
    let subscription = stream.subscriptions.get(typeUrl);
    if (!subscription) stream.subscriptions.set(typeUrl, (subscription = new DeltaSubscription()));
    const { acked, nacked, answer } = subscription.onRequest(message);
    if (nacked) this.nacks.push({ node, typeUrl, at, ...nacked });
    if (acked) {
      this.acks.push({ node, typeUrl, at, ...acked });
      for (const [name, version] of acked.versions) this.acked.set(key(node, typeUrl, name), version);
      for (const name of acked.removed) this.acked.set(key(node, typeUrl, name), undefined);
    }
    if (answer) this.answer(stream, typeUrl, answer);
    this.changes.notify();
  }

  private answer(stream: Stream, typeUrl: string, only: ReadonlySet<string> | 'all'): void {
    const subscription = stream.subscriptions.get(typeUrl);
    if (!subscription || this.held.has(key(typeUrl))) return;
    const held = (name: string): boolean => this.held.has(key(typeUrl, name));
    const content = subscription.diff(this.ofType(typeUrl), only, held);
    if (!content) return;
    const nonce = String(++this.nonce);
    const response = subscription.onSend(nonce, content);
    this.responses.push({ node: stream.node, typeUrl, at: performance.now(), ...response });
    stream.call.write({
      type_url: typeUrl,
      nonce,
      system_version_info: String(this.counter),
      resources: content.resources.map(({ name, version, any }) => ({ name, version, resource: any })),
      removed_resources: content.removed,
    });
  }

  private explain(options: WaitOptions, what: string, typeUrl: string): WaitOptions {
    const describe = (): unknown => ({
      connected: this.nodes(),
      sent: this.responses.filter((response) => response.typeUrl === typeUrl).slice(-3),
      acks: this.acks.filter((ack) => ack.typeUrl === typeUrl).slice(-3),
      nacks: this.nacks.slice(-3).map(({ typeUrl: type, message }) => `${shortType(type)}: ${message}`),
    });
    return { what, describe, ...options };
  }
}

function concerns(node: string, typeUrl: string, name: string, version: string) {
  return (record: AdsResponseRecord): boolean =>
    record.node === node && record.typeUrl === typeUrl && record.versions.get(name) === version;
}

function key(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n');
}

/** `type.googleapis.com/envoy.config.cluster.v3.Cluster` → `Cluster`. */
function shortType(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1);
}

/**
 * What one ADS stream knows about one resource type: a pure state machine of the incremental (delta) xDS
 * protocol, server side. Source: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds
 */

/** An encoded resource under its version. */
export interface VersionedResource {
  name: string;
  version: string;
  any: { type_url: string; value: Buffer };
}

/** The fields of a DeltaDiscoveryRequest that matter here; what was not sent is absent. */
export interface DeltaRequest {
  resource_names_subscribe?: string[];
  resource_names_unsubscribe?: string[];
  initial_resource_versions?: Record<string, string>;
  response_nonce?: string;
  error_detail?: { code?: number; message?: string };
}

/** What goes into one response. */
export interface DeltaContent {
  resources: VersionedResource[];
  removed: string[];
}

/** A response on its way, until it is acknowledged or refused. */
export interface SentResponse {
  nonce: string;
  /** Versions by resource name. */
  versions: Map<string, string>;
  removed: string[];
}

export interface RequestOutcome {
  acked?: SentResponse;
  nacked?: SentResponse & { message: string };
  /** The names that must be answered now; 'all' after a wildcard subscription. */
  answer: ReadonlySet<string> | 'all' | undefined;
}

/** Stands in `sent` for "was told that it does not exist". */
const MISSING = '';

export class DeltaSubscription {
  private wildcard = false;
  private readonly names = new Set<string>();
  private readonly sent = new Map<string, string>();
  private readonly pending = new Map<string, SentResponse>();
  private opened = false;
  /** A wildcard subscriber waits for a first response even when there is nothing to send. */
  private owesFirst = false;

  /** Takes a request in and says what it means. */
  onRequest(request: DeltaRequest): RequestOutcome {
    const outcome: RequestOutcome = { answer: undefined };
    const response = this.pending.get(request.response_nonce ?? '');
    if (response) {
      this.pending.delete(response.nonce);
      if (request.error_detail) outcome.nacked = { ...response, message: request.error_detail.message ?? '' };
      else outcome.acked = response;
    }
    const first = !this.opened;
    this.opened = true;
    const subscribe = request.resource_names_subscribe ?? [];
    // A first request without names is the old way to say "*".
    const wildcard = subscribe.includes('*') || (first && subscribe.length === 0);
    if (first) {
      for (const [name, version] of Object.entries(request.initial_resource_versions ?? {})) {
        this.sent.set(name, version);
      }
    }
    for (const name of request.resource_names_unsubscribe ?? []) this.unsubscribe(name);
    const named = subscribe.filter((name) => name !== '*');
    for (const name of named) {
      this.names.add(name);
      // Who subscribes again, other than when a stream is re-opened, is to get the resource again.
      if (!first) this.sent.delete(name);
    }
    if (wildcard) {
      this.wildcard = true;
      this.owesFirst = true;
      outcome.answer = 'all';
    } else if (named.length > 0) {
      outcome.answer = new Set(named);
    }
    return outcome;
  }

  private unsubscribe(name: string): void {
    if (name === '*') this.wildcard = false;
    this.names.delete(name);
    if (!this.wildcard || name === '*') this.sent.delete(name);
  }

  /**
   * What this subscriber must be told, given all resources of the type; undefined when nothing.
   *
   * @param only restricts the answer to these names
   * @param held says which names are kept back
   */
  diff(
    resources: ReadonlyMap<string, VersionedResource>,
    only: ReadonlySet<string> | 'all' = 'all',
    held: (name: string) => boolean = () => false,
  ): DeltaContent | undefined {
    const content: DeltaContent = { resources: [], removed: [] };
    const wanted = new Set(this.names);
    if (this.wildcard) for (const name of [...resources.keys(), ...this.sent.keys()]) wanted.add(name);
    for (const name of wanted) {
      if (held(name) || (only !== 'all' && !only.has(name))) continue;
      const resource = resources.get(name);
      if (resource) {
        if (this.sent.get(name) !== resource.version) content.resources.push(resource);
      } else if (this.sent.get(name) !== MISSING) {
        content.removed.push(name);
      }
    }
    const empty = content.resources.length === 0 && content.removed.length === 0;
    return empty && !this.owesFirst ? undefined : content;
  }

  /** Notes that `content` goes out under `nonce`. */
  onSend(nonce: string, content: DeltaContent): SentResponse {
    this.owesFirst = false;
    for (const { name, version } of content.resources) this.sent.set(name, version);
    for (const name of content.removed) {
      if (this.names.has(name)) this.sent.set(name, MISSING);
      else this.sent.delete(name);
    }
    const response: SentResponse = {
      nonce,
      versions: new Map(content.resources.map(({ name, version }) => [name, version])),
      removed: content.removed,
    };
    this.pending.set(nonce, response);
    return response;
  }
}

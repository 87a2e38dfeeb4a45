/**
 * The greeter: a proxy cannot read a WebSocket's first message before it has a server, so an upgrade that names no
 * organization comes here. It completes the handshake, reads the first message, and redirects or relays the device. It
 * keeps nothing: any number of them may run.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { CohortError } from '../control-plane/errors.ts';
import { ADDRESS_HEADER, LISTENER_HEADER } from '../control-plane/resources/names.ts';
import type { CompiledModule } from '../protocol-filters/host/webassembly.ts';
import type { Redirect } from './device.ts';
import { standardRedirect } from './farewell.ts';
import { Greeting, type GreetingContext } from './greeting.ts';
import { answer, keyOf, offeredBy, switching } from './handshake.ts';
import { Identifier } from './identifier.ts';
import { createMetrics, type GreeterMetrics, type Outcome } from './metrics.ts';
import type { Pair } from './pair.ts';
import type { RelayKey } from './relay-key.ts';
import { LIMITS, type GreeterLimits, type GreeterListener } from './settings.ts';

export interface GreeterOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly code: CompiledModule;
  readonly key: RelayKey;
  readonly limits?: Partial<GreeterLimits>;
  /** Default: what the protocols have for it. */
  readonly redirect?: Redirect;
  /** By listener, where proxies take relayed connections. Default: the proxy that a device came through. */
  readonly relayTo?: ReadonlyMap<string, string>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error' | 'debug'>;
  /** Milliseconds since 1970; default Date.now. */
  readonly wallClock?: () => number;
}

interface Known {
  readonly listener: GreeterListener;
  readonly identifier: Identifier;
  readonly redirect: Redirect;
}

/** Between the probes of a TCP connection that is silent. Milliseconds. */
const KEEPALIVE_MS = 10_000;

export class Greeter {
  readonly metrics: GreeterMetrics;
  private readonly server: Server;
  private readonly limits: GreeterLimits;
  private readonly listeners = new Map<string, Known>();
  private readonly greetings = new Set<Greeting>();
  private readonly waiting = new Set<Greeting>();
  private readonly pairs = new Set<Pair>();
  private isStopping = false;

  constructor(private readonly options: GreeterOptions) {
    this.limits = { ...LIMITS, ...options.limits };
    this.metrics = createMetrics({ waiting: () => this.waiting.size, relayed: () => this.pairs.size });
    this.server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) => {
      void this.onRequest(request.url ?? '/').then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type }).end(body);
      });
    });
    this.server.on('upgrade', (request, socket, head) => this.onUpgrade(request, socket, head));
    this.server.on('connection', (socket: Socket) => socket.setKeepAlive(true, KEEPALIVE_MS));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** @throws CohortError COHORT_GREETER_PORT */
  async start(): Promise<this> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (cause) =>
        reject(new CohortError('COHORT_GREETER_PORT', `${host}:${port}: ${cause.message}`, { cause })),
      );
      this.server.listen(port, host, () => resolve());
    });
    return this;
  }

  /** From now on these listeners are served: devices that wait keep what they came under. */
  listen(listeners: readonly GreeterListener[]): void {
    const { code, log, redirect } = this.options;
    this.listeners.clear();
    for (const listener of listeners) {
      try {
        const identifier = new Identifier(code, listener.filter);
        const standard = standardRedirect(
          (_device, { location }) => identifier.notification(location),
          listener.closeCode,
        );
        this.listeners.set(listener.name, { listener, identifier, redirect: redirect ?? standard });
      } catch (error) {
        log.error({ err: error, listener: listener.name }, 'a listener cannot be served');
      }
    }
  }

  /** Takes nobody any more, tells everybody to go elsewhere, and resolves when all have gone, `mostMs` at the latest. */
  async stop(mostMs = 10_000): Promise<void> {
    this.isStopping = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    for (const greeting of this.greetings) greeting.leave();
    for (const pair of this.pairs) pair.leave();
    const late = setTimeout(() => {
      for (const each of [...this.greetings, ...this.pairs]) each.destroy();
      this.server.closeAllConnections();
    }, mostMs);
    await closed;
    clearTimeout(late);
  }

  private async onRequest(path: string): Promise<{ status: number; type: string; body: string }> {
    const text = 'text/plain; charset=utf-8';
    if (path === '/healthz') {
      return this.isStopping
        ? { status: 503, type: text, body: 'stopping\n' }
        : { status: 200, type: text, body: 'ok\n' };
    }
    if (path === '/metrics') {
      const { registry } = this.metrics;
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    }
    return { status: 426, type: text, body: 'cohort: this is for WebSocket upgrades\n' };
  }

  private onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const name = String(request.headers[LISTENER_HEADER] ?? '');
    const known = this.listeners.get(name);
    const key = keyOf(request.headers);
    const refuse = (status: number, title: string, why: string): void => {
      socket.end(answer(status, title, `cohort: ${why}`));
    };
    if (known === undefined) return refuse(503, 'Service Unavailable', 'listener_unknown');
    if (key === undefined) return refuse(400, 'Bad Request', 'not_an_upgrade');
    if (this.isStopping || this.waiting.size >= this.limits.waiting) {
      this.metrics.ended(name, 'busy');
      return refuse(503, 'Service Unavailable', 'busy');
    }
    const offered = offeredBy(request.headers);
    // "The Client MUST include "mqtt" in the list of WebSocket Sub Protocols it offers" [MQTT-6.0.0-3].
    const isMqtt = known.listener.protocol === 'MQTT';
    if (isMqtt && !offered.includes('mqtt')) return refuse(400, 'Bad Request', 'subprotocol_missing');
    const subprotocol = isMqtt ? 'mqtt' : offered[0];
    socket.write(switching(key, subprotocol));
    const greeting: Greeting = new Greeting(request, socket, subprotocol, {
      ...this.contextOf(known, performance.now()),
      ended: (outcome, pair) => this.onEnded(greeting, name, outcome, pair),
    });
    this.waiting.add(greeting);
    this.greetings.add(greeting);
    socket.once('close', () => this.greetings.delete(greeting));
    greeting.begin(head);
  }

  private contextOf(known: Known, since: number): Omit<GreetingContext, 'ended'> {
    const { key, relayTo, log, wallClock = Date.now } = this.options;
    return {
      ...known,
      limits: this.limits,
      sign: (organization) => key.sign(organization, wallClock()),
      proxyOf: (request) => relayTo?.get(known.listener.name) ?? proxyOf(request),
      identified: () => this.metrics.identified((performance.now() - since) / 1000),
      pairClosed: (pair) => this.pairs.delete(pair),
      log,
    };
  }

  private onEnded(greeting: Greeting, listener: string, outcome: Outcome, pair?: Pair): void {
    this.waiting.delete(greeting);
    this.metrics.ended(listener, outcome);
    if (pair === undefined) return;
    this.greetings.delete(greeting);
    this.pairs.add(pair);
    if (this.isStopping) pair.leave();
  }
}

/** The proxy that brought the device, where it took it. */
function proxyOf({ headers }: IncomingMessage): string {
  return `ws://${String(headers[ADDRESS_HEADER])}`;
}

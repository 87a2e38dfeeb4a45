/** What the page knows, and what keeps it so: readings at intervals, and the stream that says when there is something new. */
import { NO_HISTORY, withReading, type History } from '../model/history.ts';
import { movedSlots, slotTable, type SlotTable } from '../model/slots.ts';
import { entryOf, entryOfRound, withEntries, type Entry } from '../model/timeline.ts';
import type { Reads } from '../model/freshness.ts';
import { Client, isUnauthorized, Refused } from './client.ts';
import { Live, type StreamState } from './live.ts';
import { Poller } from './poller.ts';
import type { Overview, Proxies, Rebalances, Settings, Splits } from './rest.ts';
import type { ServerEvent } from './sse.ts';

export interface Known {
  /** `asked`: it is not known yet whether a token is needed. */
  readonly access: 'asked' | 'needs token' | 'wrong token' | 'granted';
  readonly stream: StreamState;
  readonly reads: Reads;
  readonly overview: Overview | undefined;
  readonly table: SlotTable | undefined;
  /** Slots that moved when the table changed last, and when: milliseconds since 1970. */
  readonly moved: { readonly slots: readonly number[]; readonly at: number };
  readonly settings: Settings | undefined;
  readonly rebalances: Rebalances | undefined;
  readonly splits: Splits | undefined;
  readonly proxies: Proxies | undefined;
  readonly timeline: readonly Entry[];
  readonly history: History;
  /** Counts up when organizations may have changed. */
  readonly organizationsAt: number;
}

const NOTHING: Known = {
  access: 'asked',
  stream: { state: 'connecting' },
  reads: { lastAt: undefined, error: undefined, stale: undefined },
  overview: undefined,
  table: undefined,
  moved: { slots: [], at: 0 },
  settings: undefined,
  rebalances: undefined,
  splits: undefined,
  proxies: undefined,
  timeline: [],
  history: NO_HISTORY,
  organizationsAt: 0,
};

export class Dashboard {
  readonly client = new Client();
  known: Known = NOTHING;
  private readonly listeners = new Set<() => void>();
  private live: Live | undefined;
  /** Of the table that is held: epoch and the version it last changed at. */
  private tableId = '';

  private readonly overview = new Poller(() => this.readOverview(), 2_000);
  private readonly rebalances = new Poller(() => this.readRebalances(), 10_000);
  private readonly splits = new Poller(() => this.readInto('splits', 'v1/splits?limit=1000'), 5_000);
  private readonly proxies = new Poller(
    () => this.readInto('proxies', 'v1/proxies?limit=1000&health=false'),
    5_000,
  );
  private readonly settings = new Poller(() => this.readInto('settings', 'v1/settings'), 60_000);
  private readonly pollers = [this.overview, this.rebalances, this.splits, this.proxies, this.settings];

  /** What has to be read anew when this was told. */
  private readonly touches: Readonly<Record<string, readonly Poller[]>> = {
    server: [this.overview],
    pin: [this.overview],
    quarantine: [this.overview],
    settings: [this.settings],
    listener: [this.settings],
    assignment: [this.overview, this.proxies],
    move: [this.overview, this.rebalances],
    verdict: [this.overview],
    brake: [this.overview],
    leader: this.pollers,
    proxy: [this.overview, this.proxies],
    refusal: [this.proxies, this.overview],
    split: [this.splits, this.overview],
    stale: this.pollers,
    reset: this.pollers,
  };

  /** Told of every change. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks whether it may; then begins. */
  async start(): Promise<void> {
    try {
      await this.client.get('v1/overview');
    } catch (error) {
      if (isUnauthorized(error)) {
        this.refuse();
        return;
      }
      // Whoever does not answer may do so later.
    }
    this.set({ access: 'granted' });
    this.live = new Live(this.client, {
      onEvent: (event) => this.onEvent(event),
      onState: (stream) => this.onStream(stream),
      onUnauthorized: () => this.refuse(),
    });
    this.live.start();
    for (const poller of this.pollers) poller.start();
    document.addEventListener('visibilitychange', this.onShown);
  }

  async signIn(token: string): Promise<void> {
    this.client.token = token;
    this.set({ access: 'asked' });
    await this.start();
  }

  /** Forgets the token and everything that was read with it. */
  signOut(): void {
    this.end();
    this.client.token = undefined;
    this.tableId = '';
    this.known = NOTHING;
    this.set({ access: 'needs token' });
  }

  /** Reads everything anew. */
  refresh(): void {
    this.live?.retry();
    for (const poller of this.pollers) poller.soon();
    this.set({ organizationsAt: this.known.organizationsAt + 1 });
  }

  private readonly onShown = (): void => {
    if (document.visibilityState === 'visible') this.refresh();
  };

  private refuse(): void {
    this.end();
    const access = this.client.token === undefined ? 'needs token' : 'wrong token';
    this.client.token = undefined;
    this.set({ access });
  }

  private end(): void {
    this.live?.stop();
    for (const poller of this.pollers) poller.stop();
    document.removeEventListener('visibilitychange', this.onShown);
  }

  private onStream(stream: StreamState): void {
    const wasBroken = this.known.stream.state === 'broken';
    this.set({ stream });
    if (stream.state === 'broken') this.overview.soon();
    // The stream tells again from where it broke off; what it does not tell, such as the load, is read.
    if (stream.state === 'live' && wasBroken) this.refresh();
  }

  private onEvent(event: ServerEvent): void {
    for (const poller of this.touches[event.type] ?? []) poller.soon();
    const entry = entryOf(event);
    if (entry !== undefined) this.tell([entry]);
    if (['pin', 'quarantine', 'move', 'split', 'reset'].includes(event.type)) {
      this.set({ organizationsAt: this.known.organizationsAt + 1 });
    }
  }

  private async readOverview(): Promise<void> {
    const now = (): number => Date.now();
    try {
      let { body } = await this.client.get<Overview>('v1/overview');
      if (tableIdOf(body) !== this.tableId) {
        ({ body } = await this.client.get<Overview>('v1/overview?slots'));
        this.takeTable(body);
      }
      this.set({
        overview: body,
        reads: { lastAt: now(), error: undefined, stale: body.stale },
        history: withReading(this.known.history, now(), body.servers),
      });
    } catch (error) {
      if (isUnauthorized(error)) {
        this.refuse();
        return;
      }
      const words = error instanceof Error ? error.message : String(error);
      this.set({
        reads: { ...this.known.reads, error: words, isAnswered: error instanceof Refused },
        history: withReading(this.known.history, now(), null),
      });
    }
  }

  private takeTable(overview: Overview): void {
    const { assignment } = overview;
    if (assignment?.slots === undefined) return;
    const table = slotTable(assignment.servers, assignment.slots);
    const before = this.known.table;
    this.tableId = tableIdOf(overview);
    const moved =
      before === undefined ? this.known.moved : { slots: movedSlots(before, table), at: Date.now() };
    this.set({ table, moved });
  }

  private async readRebalances(): Promise<void> {
    const { body } = await this.client.get<Rebalances>('v1/rebalances?limit=50');
    this.set({ rebalances: body });
    this.tell(body.rounds.map(entryOfRound));
  }

  private async readInto(name: 'splits' | 'proxies' | 'settings', path: string): Promise<void> {
    const { body } = await this.client.get<Splits & Proxies & Settings>(path);
    this.set({ [name]: body });
  }

  private tell(entries: readonly Entry[]): void {
    const timeline = withEntries(this.known.timeline, entries);
    this.set({ timeline });
  }

  private set(changes: Partial<Known>): void {
    this.known = { ...this.known, ...changes };
    for (const listener of this.listeners) listener();
  }
}

function tableIdOf({ assignment }: Overview): string {
  return assignment === null
    ? ''
    : JSON.stringify([assignment.epoch, assignment.tableVersion, assignment.servers.length]);
}

/** The last events of a replica, numbered, in a buffer that does not grow. No I/O. */
import { Listeners } from '../store/listeners.ts';

/** Events, and their bytes, that are kept for who comes back. */
const MOST_EVENTS = 5_000;
const MOST_BYTES = 8 * 1024 * 1024;

export const EVENT_TYPES = [
  'server',
  'pin',
  'quarantine',
  'selector',
  'settings',
  'listener',
  'assignment',
  'move',
  'round',
  'verdict',
  'brake',
  'leader',
  'proxy',
  'refusal',
  'split',
  'stale',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Something that has changed. `data` is JSON. */
export interface CohortEvent {
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LoggedEvent {
  /** Counts up from 1. */
  readonly number: number;
  readonly type: EventType;
  /** JSON in one line. */
  readonly text: string;
}

export class EventLog {
  private events: LoggedEvent[] = [];
  private bytes = 0;
  private last = 0;
  private readonly listeners: Listeners<void>;

  /** @param run another one each time the replica starts: what an id of another run meant is not known here */
  constructor(
    readonly run: string,
    failed: (error: unknown) => void,
    private readonly options: { readonly most?: number; readonly mostBytes?: number } = {},
  ) {
    this.listeners = new Listeners(failed);
  }

  /** Of the last event; 0: there was none. */
  get lastNumber(): number {
    return this.last;
  }

  add(events: readonly CohortEvent[], at: Date): void {
    if (events.length === 0) return;
    for (const { type, data } of events) {
      const text = JSON.stringify({ at: at.toISOString(), ...data });
      this.events.push({ number: ++this.last, type, text });
      this.bytes += text.length;
    }
    const { most = MOST_EVENTS, mostBytes = MOST_BYTES } = this.options;
    let gone = Math.max(0, this.events.length - most);
    for (let i = 0; i < gone; i++) this.bytes -= this.events[i]!.text.length;
    for (; this.bytes > mostBytes && gone < this.events.length - 1; gone++) {
      this.bytes -= this.events[gone]!.text.length;
    }
    if (gone > 0) this.events = this.events.slice(gone);
    this.listeners.tell();
  }

  /** The first event after this number; undefined: there is none yet. 'gone': it is no longer kept. */
  after(number: number): LoggedEvent | undefined | 'gone' {
    const [first] = this.events;
    if (number >= this.last) return undefined;
    if (first === undefined || number + 1 < first.number) return 'gone';
    return this.events[number + 1 - first.number];
  }

  /** The id of an event: what a client that comes back names. */
  idOf(number: number): string {
    return `${this.run}.${number}`;
  }

  /** From an id to its number; undefined: it is not of this run, or none that was given. */
  numberOf(id: string): number | undefined {
    const at = id.lastIndexOf('.');
    const number = Number(id.slice(at + 1));
    return at > 0 &&
      id.slice(0, at) === this.run &&
      Number.isSafeInteger(number) &&
      number >= 0 &&
      number <= this.last
      ? number
      : undefined;
  }

  /** Told when there are new events. */
  onEvents(listener: () => void): () => void {
    return this.listeners.add(listener);
  }
}

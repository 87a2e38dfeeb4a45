import type { Report } from '../../protocol-filters/wire/index.ts';
import type { Position } from '../leader/fleet.ts';
import type { Seat, Seats } from './seats.ts';

/** What a VM said of one seat last. */
interface Told {
  /** The report that spoke of it last: after a full one, what has another number is gone. */
  mark: number;
  connections: number;
  received: number;
  sent: number;
  messages: number;
}

interface SlotTold {
  mark: number;
  readonly slot: number;
  readonly server: string;
  readonly pinned: boolean;
  connections: number;
}

/** Reports that came before one that was sent before them. */
interface Held {
  readonly report: Report;
  readonly at: number;
}

/** How long a gap in the sequence is waited for: replicas hand reports on within half a second. */
export const GAP_MS = 2_000;

/** One VM of a proxy, by its reports. Its part in the sums is taken out again when it goes. */
export class Vm {
  readonly node: string;
  readonly number: number;
  readonly start: bigint;
  /** When its last report came. */
  heardAt = 0;
  /** The assignment it has. */
  position: Position = { epoch: 0n, version: 0n };
  /** When it was first known to have that. */
  positionSince = 0;
  /** Seats that its cap kept out of its reports. */
  leftOut = 0;
  /** A full report has been taken in: the counts are all there are. */
  isComplete = false;
  private sequence: bigint | undefined;
  private readonly held = new Map<bigint, Held>();
  private readonly seats = { plain: new Map<Seat, Told>(), pinned: new Map<Seat, Told>() };
  private readonly slots = new Map<number, SlotTold>();
  private mark = 0;
  /** Seats that the report at hand has taken away: what it gives back, as pinned or no longer so, has not just come. */
  private readonly taken = new Set<string>();
  /** Of all `slots`: asked for often, and there are thousands. */
  private sum = 0;

  constructor(
    private readonly sums: Seats,
    report: Pick<Report, 'node' | 'vm' | 'vmStart'>,
  ) {
    this.node = report.node;
    this.number = report.vm;
    this.start = report.vmStart;
  }

  /**
   * Takes a report in. They come through several replicas, and so not always in order: one that came too soon waits for
   * those before it; one that was overtaken by a full one says nothing new.
   */
  take(report: Report, at: number, now: number): void {
    this.heardAt = Math.max(this.heardAt, at);
    if (this.sequence !== undefined && report.sequence <= this.sequence) return;
    this.notePosition(report, at);
    this.held.set(report.sequence, { report, at: now });
    this.applyHeld(now);
  }

  /** Takes in what has waited for others in vain; true when something was. */
  applyHeld(now: number): boolean {
    const before = this.sequence;
    const numbers = [...this.held.keys()].sort((a, b) => (a < b ? -1 : 1));
    const full = numbers.findLast((number) => this.held.get(number)?.report.full);
    for (const number of numbers) {
      const { report, at } = this.held.get(number)!;
      const isOvertaken = full !== undefined && number < full;
      const isNext = report.full || (this.sequence !== undefined && number === this.sequence + 1n);
      if (!isOvertaken && !isNext && now - at < GAP_MS) break;
      this.held.delete(number);
      if (isOvertaken) continue;
      this.apply(report, at);
      this.sequence = number;
    }
    return this.sequence !== before;
  }

  /** Whether some reports wait for others. */
  get hasGap(): boolean {
    return this.held.size > 0;
  }

  /** Connections by its reports. */
  get connections(): number {
    return this.sum;
  }

  /** Connections of one organization's seats, by server. */
  connectionsOn(seat: Seat): number {
    return (this.seats.plain.get(seat)?.connections ?? 0) + (this.seats.pinned.get(seat)?.connections ?? 0);
  }

  /** @param key of a slot, a server and whether pinned: `Seats.slotKey` */
  connectionsOfSlot(key: number): number {
    return this.slots.get(key)?.connections ?? 0;
  }

  /** Takes all that it counted out of the sums. */
  leave(): void {
    for (const pinned of [false, true]) {
      for (const [seat, told] of this.told(pinned)) this.sums.addConnections(seat, pinned, -told.connections);
      this.told(pinned).clear();
    }
    for (const { slot, server, pinned, connections } of this.slots.values()) {
      this.sums.addToSlot(slot, server, pinned, -connections, 0);
    }
    this.slots.clear();
    this.sum = 0;
  }

  private notePosition({ epoch, version }: Report, at: number): void {
    const { position } = this;
    if (epoch < position.epoch || (epoch === position.epoch && version <= position.version)) return;
    this.position = { epoch, version };
    this.positionSince = at;
  }

  private apply(report: Report, at: number): void {
    this.leftOut = report.organizationsLeftOut;
    this.mark++;
    this.taken.clear();
    for (const { slot, server, pinned, connections } of report.slots) {
      this.setSlot(this.sums.slotKey(slot, server, pinned), slot, server, pinned, connections);
    }
    for (const count of report.organizations) this.setSeat(count, at);
    if (!report.full) return;
    for (const [key, { mark, slot, server, pinned }] of this.slots) {
      if (mark !== this.mark) this.setSlot(key, slot, server, pinned, 0);
    }
    for (const pinned of [false, true]) {
      for (const [seat, { mark }] of this.told(pinned)) if (mark !== this.mark) this.dropSeat(seat, pinned);
    }
    this.isComplete = true;
  }

  private setSlot(key: number, slot: number, server: string, pinned: boolean, connections: number): void {
    const told = this.slots.get(key);
    const before = told?.connections ?? 0;
    if (connections === 0) this.slots.delete(key);
    else if (told === undefined) this.slots.set(key, { mark: this.mark, slot, server, pinned, connections });
    else {
      told.mark = this.mark;
      told.connections = connections;
    }
    this.sum += connections - before;
    if (connections !== before) this.sums.addToSlot(slot, server, pinned, connections - before, 0);
  }

  private setSeat(count: Report['organizations'][number], at: number): void {
    const { connections, pinned } = count;
    const all = this.told(pinned);
    if (connections === 0) {
      const seat = this.sums.organizations.get(count.organization)?.seats.get(count.server);
      if (seat !== undefined) {
        this.taken.add(seatKey(count));
        this.dropSeat(seat, pinned);
      } else if (this.isComplete && !this.taken.has(seatKey(count))) {
        // It came and was gone between two reports, as what kills its server at once does.
        this.sums.arrived(count.organization, count.server, at);
      }
      return;
    }
    const seat = this.sums.seat(count.organization, count.server);
    let told = all.get(seat);
    const isFirst = told === undefined;
    if (told === undefined) {
      all.set(seat, (told = { mark: this.mark, connections: 0, received: 0, sent: 0, messages: 0 }));
    }
    const received = Number(count.received);
    const sent = Number(count.sent);
    const messages = Number(count.messages);
    const isNew = received !== told.received || sent !== told.sent || messages !== told.messages;
    // What a VM has counted before it was known here was not counted just now.
    if (isNew && (!isFirst || this.isComplete)) {
      const traffic = {
        received: since(told.received, received),
        sent: since(told.sent, sent),
        messages: since(told.messages, messages),
      };
      this.sums.addTraffic(seat, traffic, at);
    }
    // Of what a first report tells nobody knows how long it has been there.
    if (seat.connections === 0 && this.isComplete && !this.taken.has(seatKey(count))) {
      this.sums.arrived(count.organization, count.server, at);
    }
    const by = connections - told.connections;
    Object.assign(told, { mark: this.mark, connections, received, sent, messages });
    if (by !== 0) this.sums.addConnections(seat, pinned, by);
  }

  private dropSeat(seat: Seat, pinned: boolean): void {
    const told = this.told(pinned).get(seat);
    if (told === undefined) return;
    this.told(pinned).delete(seat);
    this.sums.addConnections(seat, pinned, -told.connections);
  }

  private told(pinned: boolean): Map<Seat, Told> {
    return pinned ? this.seats.pinned : this.seats.plain;
  }
}

const seatKey = ({ organization, server }: { organization: string; server: string }): string =>
  `${server}\n${organization}`;

/** What was added to a counter; one that is lower began anew. */
const since = (was: number, is: number): number => (is >= was ? is - was : is);

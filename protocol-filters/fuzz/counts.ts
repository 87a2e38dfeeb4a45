/** What a VM's reports must say: the connections that were counted by hand, and the reports held against them. */
import type { Report } from '../wire/index.ts';
import type { Place } from './tables.ts';
import { check } from './violation.ts';

/** One organization on one actual server. */
export interface Seat {
  readonly key: string;
  readonly slotKey: string;
  connections: number;
  received: number;
  sent: number;
  /** How many chunks the server's bytes came in. */
  chunks: number;
  /** What the last report said; it is an estimate, and does not go back. */
  messages: bigint;
}

/** A chunk that is looked at may stand for so many. */
const CHUNKS_FOR_ONE = 64;

/** The longest server name that the filter counts under. */
const LONGEST_SERVER = 128;

function numbers({
  connections,
  received,
  sent,
}: Record<'connections' | 'received' | 'sent', unknown>): string {
  return `${String(connections)} connections, ${String(received)} received, ${String(sent)} sent`;
}

/** Is it possible that so many messages came? A message has a byte at least: a line may be empty. */
function checkMessages(seat: Seat, messages: bigint): void {
  const most = BigInt(seat.chunks + CHUNKS_FOR_ONE * seat.sent);
  check(messages >= seat.messages && messages <= most, () => {
    return `${messages} messages are reported, ${seat.messages} before, in ${seat.chunks} chunks of ${seat.sent} bytes`;
  });
  seat.messages = messages;
}

export class Counts {
  private readonly seats = new Map<string, Seat>();
  private readonly slots = new Map<string, number>();
  /** What the control plane knows from the reports that it answered. */
  private known = { slots: new Map<string, number>(), seats: new Map<string, string>() };
  private sent: typeof this.known | undefined;
  /** A report was lost, or none was sent: the next one must be whole. */
  private mustBeFull = true;
  private sequence = 0n;

  /** A connection sits down; undefined where its server's name cannot be counted. */
  enter(organization: string, place: Place, server: string | undefined): Seat | undefined {
    if (server === undefined || Buffer.byteLength(server) > LONGEST_SERVER) return undefined;
    const key = `${organization}\n${server}\n${String(place.pinned)}`;
    const slotKey = `${place.slot} ${server} ${String(place.pinned)}`;
    let seat = this.seats.get(key);
    if (seat === undefined) {
      seat = { key, slotKey, connections: 0, received: 0, sent: 0, chunks: 0, messages: 0n };
      this.seats.set(key, seat);
    }
    seat.connections++;
    this.slots.set(slotKey, (this.slots.get(slotKey) ?? 0) + 1);
    return seat;
  }

  leave(seat: Seat): void {
    seat.connections--;
    const rest = (this.slots.get(seat.slotKey) ?? 0) - 1;
    if (rest > 0) this.slots.set(seat.slotKey, rest);
    else this.slots.delete(seat.slotKey);
  }

  /** Nothing is counted, and the control plane knows so. */
  get empty(): boolean {
    return (
      this.seats.size === 0 && this.known.slots.size === 0 && this.known.seats.size === 0 && !this.mustBeFull
    );
  }

  /** A report was sent. @throws Violation where it does not say what is so. */
  onSent(report: Report): void {
    check(report.full || !this.mustBeFull, () => 'a report that follows a lost one is not full');
    check(report.sequence > this.sequence, () => `report ${report.sequence} comes after ${this.sequence}`);
    this.sequence = report.sequence;
    this.sent = { slots: this.sentSlots(report), seats: this.sentSeats(report) };
    this.mustBeFull = true;
    // Organizations that nobody sits for any more have been told.
    for (const seat of this.seats.values()) if (seat.connections === 0) this.seats.delete(seat.key);
  }

  private sentSlots(report: Report): Map<string, number> {
    const slots = new Map(report.full ? [] : this.known.slots);
    const named = new Set<string>();
    for (const { slot, server, pinned, connections } of report.slots) {
      const key = `${slot} ${server} ${String(pinned)}`;
      check(!named.has(key), () => `a report names slot and server ${key} twice`);
      named.add(key);
      if (connections === 0) slots.delete(key);
      else slots.set(key, connections);
    }
    const same =
      slots.size === this.slots.size && [...this.slots].every(([key, count]) => slots.get(key) === count);
    check(same, () => `reports make it ${show(slots)} by slot, server, pinned; it is ${show(this.slots)}`);
    return slots;
  }

  private sentSeats(report: Report): Map<string, string> {
    const seats = new Map(report.full ? [] : this.known.seats);
    let gone = 0;
    for (const count of report.organizations) {
      const key = `${count.organization}\n${count.server}\n${String(count.pinned)}`;
      const seat = this.seats.get(key);
      const [is, said] = [seat === undefined ? 'nothing' : numbers(seat), numbers(count)];
      check(is === said, () => `a report gives ${JSON.stringify(key)} ${said}; it has ${is}`);
      if (seat !== undefined) checkMessages(seat, count.messages);
      if (count.connections === 0) {
        seats.delete(key);
        gone++;
      } else seats.set(key, said);
    }
    for (const [key, said] of seats) {
      const seat = this.seats.get(key);
      const is = seat === undefined ? 'nothing' : numbers(seat);
      check(is === said, () => `by the reports ${JSON.stringify(key)} has ${said}; it has ${is}`);
    }
    const told = seats.size + gone + report.organizationsLeftOut;
    check(told === this.seats.size, () => {
      return `a report names or leaves out ${told} organizations and servers; there are ${this.seats.size}`;
    });
    return seats;
  }

  onAnswered(): void {
    if (this.sent !== undefined) this.known = this.sent;
    this.mustBeFull = false;
  }
}

function show(map: ReadonlyMap<string, number>): string {
  return JSON.stringify([...map].sort());
}

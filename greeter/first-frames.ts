/**
 * What a device sends inside its WebSocket until its organization is known: frames are taken off, and all bytes of data
 * frames are kept as they came, so that the server can have them. Pure.
 */
import { CLOSE, closeFrame, frame, masked, OPCODE, readHeader } from './frames.ts';

/** A step of reading. */
export type Step =
  /** The bytes so far end inside a frame. */
  | { readonly kind: 'more' }
  /** A data frame is whole: `payload` is all that was said so far; `whole`: the message that it belongs to has ended. */
  | { readonly kind: 'data'; readonly payload: Buffer; readonly text: boolean; readonly whole: boolean }
  /** To be answered with these bytes; nothing else has changed. */
  | { readonly kind: 'answer'; readonly bytes: Buffer }
  /** The device ends it: answer, and close. */
  | { readonly kind: 'closed'; readonly answer: Buffer }
  /** To be closed with this code. */
  | { readonly kind: 'refused'; readonly code: number; readonly why: string };

export class FirstFrames {
  private waiting = Buffer.alloc(0);
  private readonly kept: Buffer[] = [];
  private keptSize = 0;
  private payload = Buffer.alloc(0);
  private text = false;
  private isInside = false;

  /** @param mostBytes of data frames, headers included */
  constructor(private readonly mostBytes: number) {}

  feed(chunk: Buffer): void {
    this.waiting = Buffer.concat([this.waiting, chunk]);
  }

  /** Call it until it says `more`, `closed` or `refused`, or until the organization is known. */
  step(): Step {
    const header = readHeader(this.waiting);
    if (header === 'more') return { kind: 'more' };
    if ('malformed' in header) return refused(CLOSE.protocolError, header.malformed);
    const { opcode, mask, size, payloadSize, fin } = header;
    // "A server MUST close the connection upon receiving a frame that is not masked" [RFC 6455, 5.1].
    if (mask === undefined) return refused(CLOSE.protocolError, 'a frame without a mask');
    const isControl = opcode >= OPCODE.close;
    if (!isControl && this.keptSize + size + payloadSize > this.mostBytes) {
      return refused(CLOSE.tooBig, 'the first message is too long');
    }
    if (this.waiting.length < size + payloadSize) return { kind: 'more' };
    const raw = this.waiting.subarray(0, size + payloadSize);
    const payload = masked(raw.subarray(size), mask);
    this.waiting = this.waiting.subarray(raw.length);
    if (isControl) return this.control(opcode, payload);
    if ((opcode === OPCODE.continuation) !== this.isInside) {
      return refused(CLOSE.protocolError, 'a message begins inside another, or goes on without one');
    }
    if (!this.isInside) this.text = opcode === OPCODE.text;
    this.isInside = !fin;
    this.kept.push(raw);
    this.keptSize += raw.length;
    this.payload = Buffer.concat([this.payload, payload]);
    return { kind: 'data', payload: this.payload, text: this.text, whole: fin };
  }

  /** All that a server has to get, as the device sent it. */
  get bytes(): Buffer {
    return Buffer.concat([...this.kept, this.waiting]);
  }

  private control(opcode: number, payload: Buffer): Step {
    // "An endpoint MUST send a Pong frame in response" [5.5.2].
    if (opcode === OPCODE.ping) return { kind: 'answer', bytes: frame(OPCODE.pong, payload) };
    if (opcode === OPCODE.pong) return { kind: 'answer', bytes: Buffer.alloc(0) };
    const code = payload.length >= 2 ? payload.readUInt16BE() : CLOSE.normal;
    return { kind: 'closed', answer: closeFrame(code) };
  }
}

function refused(code: number, why: string): Step {
  return { kind: 'refused', code, why };
}

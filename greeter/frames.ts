/** WebSocket frames (RFC 6455, section 5.2): their headers read, a few made. Pure. */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** Close codes (RFC 6455, 7.4.1, and IANA's registry) that the greeter sends. */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  policyViolation: 1008,
  tooBig: 1009,
  serviceRestart: 1012,
  tryAgainLater: 1013,
} as const;

/** A control frame's payload [5.5]. */
const LONGEST_CONTROL = 125;
/** Two bytes, eight of an extended length, four of a mask. */
export const LONGEST_HEADER = 14;

export interface FrameHeader {
  readonly fin: boolean;
  readonly opcode: number;
  /** Of header and mask. */
  readonly size: number;
  readonly payloadSize: number;
  /** Four bytes; undefined: the payload is as it is. */
  readonly mask: Buffer | undefined;
}

/** @returns the header that begins at `offset`; `more` while it is not whole; in words why it is none */
export function readHeader(bytes: Buffer, offset = 0): FrameHeader | 'more' | { readonly malformed: string } {
  if (bytes.length - offset < 2) return 'more';
  const first = bytes.readUInt8(offset);
  const second = bytes.readUInt8(offset + 1);
  // "MUST be 0 unless an extension is negotiated" [5.2]: none is.
  if ((first & 0x70) !== 0) return { malformed: 'a reserved bit is set' };
  const opcode = first & 0x0f;
  if (!(Object.values(OPCODE) as number[]).includes(opcode)) return { malformed: 'an unknown opcode' };
  const fin = (first & 0x80) !== 0;
  const short = second & 0x7f;
  // "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented" [5.5].
  if (opcode >= OPCODE.close && (!fin || short > LONGEST_CONTROL)) {
    return { malformed: 'a control frame that is fragmented or too long' };
  }
  const extended = short === 127 ? 8 : short === 126 ? 2 : 0;
  const maskSize = (second & 0x80) === 0 ? 0 : 4;
  const size = 2 + extended + maskSize;
  if (bytes.length - offset < size) return 'more';
  let payloadSize = short;
  if (extended === 2) payloadSize = bytes.readUInt16BE(offset + 2);
  if (extended === 8) {
    const long = bytes.readBigUInt64BE(offset + 2);
    if (long > BigInt(Number.MAX_SAFE_INTEGER)) return { malformed: 'a length beyond 2^53' };
    payloadSize = Number(long);
  }
  const mask = maskSize === 0 ? undefined : bytes.subarray(offset + size - 4, offset + size);
  return { fin, opcode, size, payloadSize, mask };
}

/** The payload with its mask on, or off [5.3]; a copy. */
export function masked(payload: Buffer, mask: Buffer | undefined): Buffer {
  const result = Buffer.from(payload);
  if (mask === undefined) return result;
  for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return result;
}

/** A whole message in one frame; with a mask as a client sends it, without as a server does. */
export function frame(opcode: number, payload: Buffer, mask?: Buffer): Buffer {
  const size = payload.length;
  const header = Buffer.alloc(2 + (size > 65_535 ? 8 : size > LONGEST_CONTROL ? 2 : 0));
  header[0] = 0x80 | opcode;
  header[1] = (mask === undefined ? 0 : 0x80) | (size > 65_535 ? 127 : size > LONGEST_CONTROL ? 126 : size);
  if (size > 65_535) header.writeBigUInt64BE(BigInt(size), 2);
  else if (size > LONGEST_CONTROL) header.writeUInt16BE(size, 2);
  return Buffer.concat(mask === undefined ? [header, payload] : [header, mask, masked(payload, mask)]);
}

/** A Close frame; the reason is cut where it does not fit, between two characters. */
export function closeFrame(code: number, reason = '', mask?: Buffer): Buffer {
  let text = Buffer.from(reason);
  if (text.length > LONGEST_CONTROL - 2) {
    let end = LONGEST_CONTROL - 2;
    while (((text[end] ?? 0) & 0xc0) === 0x80) end--;
    text = text.subarray(0, end);
  }
  const payload = Buffer.alloc(2 + text.length);
  payload.writeUInt16BE(code);
  text.copy(payload, 2);
  return frame(OPCODE.close, payload, mask);
}

/** Follows a stream of frames without keeping them: is it between two? */
export class FrameFollower {
  private header = Buffer.alloc(0);
  private left = 0;
  private lost = false;

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.lost) {
      if (this.left > 0) {
        const step = Math.min(this.left, chunk.length - at);
        this.left -= step;
        at += step;
        continue;
      }
      const kept = this.header.length;
      const head = Buffer.concat([this.header, chunk.subarray(at, at + LONGEST_HEADER - kept)]);
      const header = readHeader(head);
      if (header === 'more') {
        this.header = head;
        return;
      }
      if ('malformed' in header) {
        this.lost = true;
        return;
      }
      at += header.size - kept;
      this.header = Buffer.alloc(0);
      this.left = header.payloadSize;
    }
  }

  get isBetweenFrames(): boolean {
    return !this.lost && this.left === 0 && this.header.length === 0;
  }
}

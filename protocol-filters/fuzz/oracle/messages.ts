/** Where the messages in one direction's bytes end, however they are cut. */

export interface MessageCounter {
  /** Messages that have ended so far. */
  readonly messages: number;
  /** How many bytes there were when they ended. */
  readonly ends: readonly number[];
  take(bytes: Uint8Array): void;
}

/** Follows headers one byte at a time, and skips bodies. */
abstract class Counter implements MessageCounter {
  readonly ends: number[] = [];
  private taken = 0;
  private left = 0;
  /** What comes is no message any more. */
  protected lost = false;

  get messages(): number {
    return this.ends.length;
  }

  /** @returns the length of the body when the header is complete */
  protected abstract header(byte: number): number | undefined;

  take(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.lost) {
      if (this.left === 0) {
        const length = this.header(bytes[at++] as number);
        if (length === undefined) continue;
        this.left = length;
      }
      const part = Math.min(this.left, bytes.length - at);
      at += part;
      this.left -= part;
      if (this.left === 0) this.ends.push(this.taken + at);
    }
    this.taken += bytes.length;
  }
}

/** MQTT 3.1.1 section 2.2: the packet type, then one to four bytes of length. */
export class PacketCounter extends Counter {
  private lengthBytes = -1;
  private length = 0;

  protected override header(byte: number): number | undefined {
    if (this.lengthBytes < 0) {
      this.lengthBytes = 0;
      this.length = 0;
      return undefined;
    }
    this.length += (byte % 128) * 128 ** this.lengthBytes;
    this.lengthBytes++;
    if (byte >= 128) {
      this.lost = this.lengthBytes === 4;
      return undefined;
    }
    this.lengthBytes = -1;
    return this.length;
  }
}

/** RFC 6455 section 5.2. */
export class FrameCounter extends Counter {
  private readonly bytes: number[] = [];

  protected override header(byte: number): number | undefined {
    this.bytes.push(byte);
    const [, second] = this.bytes;
    if (second === undefined) return undefined;
    const short = second % 128;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    if (this.bytes.length < 2 + lengthBytes + (second >= 128 ? 4 : 0)) return undefined;
    const longer = this.bytes.slice(2, 2 + lengthBytes);
    this.bytes.length = 0;
    const length = lengthBytes === 0 ? short : longer.reduce((sum, one) => sum * 256 + one, 0);
    // Frames of 4 GiB are followed no further.
    this.lost = length >= 2 ** 32;
    return this.lost ? undefined : length;
  }
}

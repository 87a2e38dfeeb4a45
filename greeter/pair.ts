/** Two sockets whose bytes go both ways, once a connection is relayed. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { CLOSE, closeFrame, FrameFollower } from './frames.ts';

/** How long one side may stay open after the other has ended. Milliseconds. */
const HALF_OPEN_MS = 10_000;

export class Pair {
  private readonly fromDevice = new FrameFollower();
  private readonly fromServer = new FrameFollower();
  private timer: NodeJS.Timeout | undefined;
  private leaving = false;
  private closed = 0;

  /** Begins at once; both sockets may have bytes waiting. @param onClosed when both are gone */
  constructor(
    private readonly device: Duplex,
    private readonly server: Duplex,
    private readonly onClosed: () => void,
  ) {
    this.join(device, server, this.fromDevice);
    this.join(server, device, this.fromServer);
  }

  /** As if the device had sent these bytes now. */
  fromDeviceFirst(bytes: Buffer): void {
    this.fromDevice.feed(bytes);
    this.server.write(bytes);
  }
  fromServerFirst(bytes: Buffer): void {
    this.fromServer.feed(bytes);
    this.device.write(bytes);
  }

  /** Ends it: a Close frame to each side as soon as no other frame is under way to it. */
  leave(): void {
    this.leaving = true;
    this.tryToLeave();
  }

  destroy(): void {
    this.device.destroy();
    this.server.destroy();
  }

  private join(from: Duplex, to: Duplex, frames: FrameFollower): void {
    from.on('data', (chunk: Buffer) => {
      if (to.writableEnded || to.destroyed) return;
      frames.feed(chunk);
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      if (this.leaving) this.tryToLeave();
    });
    from.on('end', () => this.end(to));
    from.on('error', () => this.destroy());
    from.on('close', () => {
      this.end(to);
      if (++this.closed < 2) return;
      clearTimeout(this.timer);
      this.onClosed();
    });
    from.resume();
  }

  private end(to: Duplex): void {
    if (!to.writableEnded) to.end();
    this.timer ??= setTimeout(() => this.destroy(), HALF_OPEN_MS);
  }

  private tryToLeave(): void {
    if (this.fromServer.isBetweenFrames && !this.device.writableEnded) {
      // "1012: Service Restart": the device comes back through another greeter.
      this.device.end(closeFrame(CLOSE.serviceRestart));
    }
    if (this.fromDevice.isBetweenFrames && !this.server.writableEnded) {
      this.server.end(closeFrame(CLOSE.goingAway, '', randomBytes(4)));
    }
    this.timer ??= setTimeout(() => this.destroy(), HALF_OPEN_MS);
  }
}

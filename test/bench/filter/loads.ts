/** What the devices do: connect and go, exchange messages, or just stay. */
import { Device, type Target } from './device.ts';
import { SPEECHES } from './speech.ts';
import { Window, type Slice, type WindowOptions } from './window.ts';

/** Rejects with the first device's failure: a bench with failures measures something else. */
class Failures {
  fail: (error: Error) => void = () => undefined;
  readonly first = new Promise<never>((_, reject) => {
    this.fail = reject;
  });

  of(what: string): (why: string) => void {
    return (why) => this.fail(new Error(`a device that ${what}: ${why}`));
  }
}

/**
 * TCP connect, first message (CONNECT), its answer (CONNACK), close, and again, on `lanes` devices at a time. One operation is
 * an answer received; the next device starts when the last one's socket is closed.
 */
export async function runConnects(target: Target, lanes: number, options: WindowOptions): Promise<Slice> {
  const window = new Window();
  const failures = new Failures();
  const { answer } = SPEECHES[target.protocol];
  let open = 0;
  let settled: () => void = () => undefined;
  const allClosed = new Promise<void>((resolve) => (settled = resolve));
  const lane = (): void => {
    if (window.closed) return;
    const device = new Device();
    open++;
    device.onGone = failures.of('waits for its answer');
    device.onAnswer = (first) => {
      if (first !== answer[0]) failures.fail(new Error(`the answer begins with ${first}`));
      window.count(1);
      device.onGone = () => undefined;
      device.socket.destroy();
    };
    device.socket.on('close', () => {
      open--;
      lane();
      if (open === 0) settled();
    });
    device.connect(target);
  };
  for (let i = 0; i < lanes; i++) lane();
  const slice = await Promise.race([window.measure(options), failures.first]);
  await Promise.race([allClosed, failures.first]);
  return slice;
}

/** Opens `count` devices, at most 200 at a time on their way; resolves when every one has its answer. */
export async function openDevices(target: Target, count: number): Promise<Device[]> {
  const failures = new Failures();
  const devices: Device[] = [];
  let connected = 0;
  const all = new Promise<void>((resolve) => {
    const start = (): void => {
      if (devices.length === count) return;
      const device = new Device();
      devices.push(device);
      device.onGone = failures.of('waits for its answer');
      device.onAnswer = () => {
        device.onGone = () => undefined;
        if (++connected === count) resolve();
        start();
      };
      device.connect(target);
    };
    for (let i = 0; i < 200; i++) start();
  });
  await Promise.race([all, failures.first]);
  return devices;
}

/** Closes them; resolves when all are closed. */
export async function closeDevices(devices: readonly Device[]): Promise<void> {
  await Promise.all(
    devices.map(
      ({ socket }) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          socket.destroy();
        }),
    ),
  );
}

/** A message (PUBLISH) and its echo, over and over on `count` open connections; one operation is one echo. */
export async function runExchanges(
  target: Target,
  count: number,
  messageBytes: number,
  options: WindowOptions,
): Promise<Slice> {
  const speech = SPEECHES[target.protocol];
  const packet = speech.message(messageBytes);
  const echo = speech.echo(messageBytes);
  const devices = await openDevices(target, count);
  const window = new Window();
  const failures = new Failures();
  for (const device of devices) {
    device.onGone = failures.of('waits for an echo');
    // Large messages are few in a window: parts of them count.
    device.onBytes = (size) => window.count(size / echo.length);
    device.onAnswer = (first) => {
      if (first !== echo[0]) failures.fail(new Error(`the echo begins with ${first}`));
      if (!window.closed) device.send(packet, echo.length);
    };
    device.send(packet, echo.length);
  }
  const slice = await Promise.race([window.measure(options), failures.first]);
  for (const device of devices) device.onGone = () => undefined;
  await closeDevices(devices);
  return slice;
}

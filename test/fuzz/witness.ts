/** A device that does nothing wrong: what it says comes back, for as long as nothing happens to its proxy's workers. */
import { NAME } from '../../protocol-filters/fuzz/listeners.ts';
import { RawDevice, waitForHttpHead } from '../harness/device.ts';
import type { ListenerAddress } from '../harness/envoy-admin.ts';
import { WITNESS } from './servers.ts';

export class Witness {
  private said = 0;

  private constructor(
    private readonly device: RawDevice,
    private readonly upgraded: boolean,
  ) {}

  /** @throws Error where it is not served */
  static async connect(at: ListenerAddress, upgrades: boolean): Promise<Witness> {
    const device = await RawDevice.connect(at);
    const witness = new Witness(device, upgrades);
    const upgrade = [
      'GET / HTTP/1.1',
      'Host: x',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `x-${NAME}: ${WITNESS}`,
      '',
      '',
    ].join('\r\n');
    await device.send(upgrades ? upgrade : `{"params":{"${NAME}":"${WITNESS}"}}\n`);
    if (upgrades) {
      const { status, rest } = await waitForHttpHead(device);
      if (status !== 101) throw new Error(`the upgrade was answered with ${status}: ${rest.toString()}`);
    }
    await witness.roundTrip();
    return witness;
  }

  private async roundTrip(): Promise<void> {
    const text = `{"said":${++this.said}}`;
    // A frame is for both ends what it is: bytes.
    await this.device.send(
      this.upgraded ? Buffer.from([0x81, text.length, ...Buffer.from(text)]) : `${text}\n`,
    );
    await this.device.waitForBytes((received) => received.includes(text), { what: `the echo of ${text}` });
  }

  /** Does it still get its echo? @returns what is wrong */
  async problem(): Promise<string | undefined> {
    try {
      await this.roundTrip();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  stop(): void {
    this.device.stop();
  }
}

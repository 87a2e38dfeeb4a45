/** One device of the bench on a raw socket: pre-encoded packets out, received bytes counted and not kept. */
import { Socket } from 'node:net';
import { loopbackAddress } from '../../harness/many-servers.ts';
import { CONNACK, connectPacket } from './packets.ts';

/** Where the devices connect to. */
export interface Target {
  host: string;
  port: number;
}

const ORGANIZATIONS = 1000;
/** The devices' own addresses, so that ports in TIME_WAIT do not run out: 28,000 ports each. */
const SOURCES = 250;

const connects = Array.from({ length: ORGANIZATIONS * 4 }, (_, index) =>
  connectPacket(`organization-${index % ORGANIZATIONS}`, `device-${index}`),
);
let next = 0;

/** What all devices receive into: a chunk is looked at before the next one is read. */
const chunk = Buffer.allocUnsafe(1 << 18);

export class Device {
  /** Called when as many bytes have arrived as `expect` said, with the first byte of the answer. */
  onAnswer: (first: number) => void = () => undefined;
  onGone: (why: string) => void = () => undefined;
  /** Called with the size of every chunk, before `onAnswer`. */
  onBytes: (size: number) => void = () => undefined;
  readonly socket: Socket;
  private missing = CONNACK.length;
  private first = -1;

  constructor() {
    // `onread` is an option of the constructor, too; the type knows it for `connect` alone.
    this.socket = new Socket({
      onread: { buffer: chunk, callback: (size: number) => this.onRead(size) },
    } as object);
    this.socket.on('error', (error) => this.onGone(error.message));
    this.socket.on('end', () => this.onGone('closed by the proxy'));
  }

  /** Connects and sends CONNECT; the answer is the CONNACK. */
  connect(target: Target): void {
    const packet = connects[next % connects.length]!;
    this.socket.connect({ ...target, localAddress: loopbackAddress(next % SOURCES, 2), noDelay: true });
    this.socket.write(packet);
    next++;
  }

  send(packet: Buffer, answerSize: number): void {
    this.missing = answerSize;
    this.first = -1;
    this.socket.write(packet);
  }

  private onRead(size: number): boolean {
    if (this.first < 0) this.first = chunk[0]!;
    this.missing -= size;
    this.onBytes(size);
    if (this.missing === 0) this.onAnswer(this.first);
    else if (this.missing < 0) this.onGone('more bytes came than the answer has');
    return true;
  }
}

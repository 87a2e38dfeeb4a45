/** One device of the bench on a raw socket, or over TLS: pre-encoded messages out, received bytes counted and not kept. */
import { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { loopbackAddress } from '../../harness/many-servers.ts';
import { BY_END, SPEECHES, type ProtocolName } from './speech.ts';

/** Where the devices connect to, and what they speak there. */
export interface Target {
  host: string;
  port: number;
  protocol: ProtocolName;
  tls: boolean;
}

const ORGANIZATIONS = 1000;
/** The devices' own addresses, so that ports in TIME_WAIT do not run out: 28,000 ports each. */
const SOURCES = 250;

const firsts = new Map<ProtocolName, readonly Buffer[]>();
function firstsOf(protocol: ProtocolName): readonly Buffer[] {
  let made = firsts.get(protocol);
  if (made === undefined) {
    made = Array.from({ length: ORGANIZATIONS * 4 }, (_, index) =>
      SPEECHES[protocol].first(`organization-${index % ORGANIZATIONS}`, `device-${index}`),
    );
    firsts.set(protocol, made);
  }
  return made;
}
let next = 0;

/** What all devices receive into: a chunk is looked at before the next one is read. */
const chunk = Buffer.allocUnsafe(1 << 18);

export class Device {
  /** Called when as many bytes have arrived as the answer has, with its first byte. */
  onAnswer: (first: number) => void = () => undefined;
  onGone: (why: string) => void = () => undefined;
  /** Called with the size of every chunk, before `onAnswer`. */
  onBytes: (size: number) => void = () => undefined;
  readonly socket: Socket;
  private missing = 0;
  private first = -1;
  private lastByte = 0;
  private stream: Pick<Socket, 'write'>;

  constructor() {
    // `onread` is an option of the constructor, too; the type knows it for `connect` alone.
    this.socket = new Socket({
      onread: { buffer: chunk, callback: (size: number) => this.onRead(chunk, size) },
    } as object);
    this.stream = this.socket;
    this.watch(this.socket);
  }

  private watch(socket: Socket): void {
    socket.on('error', (error) => this.onGone(error.message));
    socket.on('end', () => this.onGone('closed by the proxy'));
  }

  /** Connects and sends the first message; waits for its answer. */
  connect({ host, port, protocol, tls }: Target): void {
    const speech = SPEECHES[protocol];
    const messages = firstsOf(protocol);
    const message = messages[next % messages.length]!;
    this.missing = speech.answerSize;
    this.lastByte = speech.lastByte;
    const from = { localAddress: loopbackAddress(next % SOURCES, 2), noDelay: true };
    next++;
    if (!tls) {
      this.socket.connect({ host, port, ...from });
      this.socket.write(message);
      return;
    }
    // A plain socket below: `onread` is none of TLS.
    const plain = new Socket();
    plain.connect({ host, port, ...from });
    const secure = tlsConnect({ socket: plain, rejectUnauthorized: false });
    this.watch(secure);
    secure.on('data', (bytes: Buffer) => this.onRead(bytes, bytes.length));
    secure.on('close', () => this.socket.destroy());
    this.socket.on('close', () => secure.destroy());
    secure.write(message);
    this.stream = secure;
  }

  send(packet: Buffer, answerSize: number): void {
    this.missing = answerSize;
    this.first = -1;
    this.stream.write(packet);
  }

  private onRead(bytes: Buffer, size: number): boolean {
    if (this.first < 0) this.first = bytes[0]!;
    this.onBytes(size);
    if (this.missing === BY_END) {
      if (bytes[size - 1] !== this.lastByte) return true;
      this.missing = 0;
    } else this.missing -= size;
    if (this.missing === 0) this.onAnswer(this.first);
    else if (this.missing < 0) this.onGone('more bytes came than the answer has');
    return true;
  }
}

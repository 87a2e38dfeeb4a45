/**
 * Lets MQTT 5 devices talk to a broker that speaks 3.1.1 (aedes): packets are translated both ways. Enough for the demo
 * fleet, which uses no property of MQTT 5 but the reason codes: properties of the device are dropped.
 */
import { Duplex } from 'node:stream';
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet';

/** CONNACK return codes of 3.1.1 (table 3.1) as reason codes of MQTT 5 (3.2.2.2). */
const REASON_CODES = [0x00, 0x84, 0x85, 0x88, 0x86, 0x87];
/** DISCONNECT with Will Message: the device wants its will published, which in 3.1.1 a bare close does. */
const WITH_WILL = 0x04;

function toVersion4(packet: Packet): Packet | undefined {
  if (packet.cmd === 'connect') return { ...packet, protocolVersion: 4 } as IConnectPacket;
  if (packet.cmd === 'disconnect' && packet.reasonCode === WITH_WILL) return undefined;
  return packet;
}

function toVersion5(packet: Packet): Packet {
  if (packet.cmd === 'connack')
    return { ...packet, reasonCode: REASON_CODES[packet.returnCode ?? 0] ?? 0x80 };
  if (packet.cmd === 'unsuback') return { ...packet, granted: [0] };
  return packet;
}

/** What the broker takes for the device's connection. */
export function brokerSide(socket: Duplex): Duplex {
  let version: 4 | 5 = 4;
  const fromDevice = parser();
  const fromBroker = parser({ protocolVersion: 4 });
  const duplex = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      fromBroker.parse(chunk);
      done();
    },
    final: (done) => void socket.end(() => done()),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  fromDevice.on('packet', (packet: Packet) => {
    if (packet.cmd === 'connect' && packet.protocolVersion === 5) version = 5;
    const translated = version === 5 ? toVersion4(packet) : packet;
    if (!translated) return void duplex.destroy();
    if (!duplex.push(generate(translated, { protocolVersion: 4 }))) socket.pause();
  });
  fromDevice.on('error', () => duplex.destroy());
  fromBroker.on('packet', (packet: Packet) => {
    const translated = version === 5 ? toVersion5(packet) : packet;
    socket.write(generate(translated, { protocolVersion: version }));
  });
  socket.on('data', (chunk: Buffer) => void fromDevice.parse(chunk));
  socket.on('end', () => duplex.push(null));
  socket.on('close', () => duplex.destroy());
  return duplex;
}

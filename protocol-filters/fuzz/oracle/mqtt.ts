/**
 * What a filter must make of the bytes that an MQTT device sends first. Written from OASIS MQTT 3.1.1 (section 3.1) and
 * MQTT 5.0 (sections 1.5, 2.2, 3.1), apart from the filter.
 */
import type { OrganizationSource, OwnSource } from '../../wire/index.ts';
import { sourcesVerdict, type Properties } from './sources.ts';
import { before, refuse, WAIT, type Verdict } from './verdict.ts';

const MOST_BYTES = 65536;
const START = Buffer.from('\x00\x04MQTT');

/** Thrown where the bytes are no CONNECT; one for all, since most inputs are none and a stack takes its time. */
const MALFORMED = new Error('malformed');

/** Reads fields one behind the other; what does not fit is malformed. */
class Fields {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  get rest(): number {
    return this.bytes.length - this.at;
  }
  take(size: number): Buffer {
    if (size > this.rest) throw MALFORMED;
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }
  byte(): number {
    return this.take(1).readUInt8();
  }
  /** Two bytes of length and as many bytes. */
  data(): Buffer {
    return this.take(this.take(2).readUInt16BE());
  }
  /** A variable byte integer [MQTT5 1.5.5]. */
  variable(): number {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = this.byte();
      value += (byte % 128) * 128 ** i;
      if (byte < 128) return value;
    }
    throw MALFORMED;
  }
}

/** Properties that CONNECT may have [MQTT5 3.1.2.11], with how their values are read. */
const PROPERTIES = new Map<number, (fields: Fields) => unknown>([
  [17, (fields) => fields.take(4)], // Session Expiry Interval
  [33, (fields) => fields.take(2)], // Receive Maximum
  [39, (fields) => fields.take(4)], // Maximum Packet Size
  [34, (fields) => fields.take(2)], // Topic Alias Maximum
  [25, (fields) => fields.byte()], // Request Response Information
  [23, (fields) => fields.byte()], // Request Problem Information
  [21, (fields) => fields.data()], // Authentication Method
  [22, (fields) => fields.data()], // Authentication Data
]);
const USER_PROPERTY = 38;

interface Connect {
  userProperties: [name: Buffer, value: Buffer][];
  clientId: Buffer;
  userName: Buffer | undefined;
}

function readUserProperties(bytes: Buffer): Connect['userProperties'] {
  const fields = new Fields(bytes);
  const found: Connect['userProperties'] = [];
  while (fields.rest > 0) {
    const id = fields.byte();
    if (id === USER_PROPERTY) found.push([fields.data(), fields.data()]);
    else if (PROPERTIES.get(id)?.(fields) === undefined) throw MALFORMED;
  }
  return found;
}

/** A CONNECT's variable header and payload. */
function readConnect(bytes: Buffer): Connect {
  const fields = new Fields(bytes);
  if (!fields.take(6).equals(START)) throw MALFORMED;
  const level = fields.byte();
  if (level !== 4 && level !== 5) throw MALFORMED;
  const flags = fields.byte();
  const flag = (bit: number): boolean => Math.floor(flags / 2 ** bit) % 2 === 1;
  const willQos = Math.floor(flags / 8) % 4;
  if (flag(0) || willQos === 3) throw MALFORMED;
  if (!flag(2) && (willQos > 0 || flag(5))) throw MALFORMED;
  if (level === 4 && flag(6) && !flag(7)) throw MALFORMED;
  fields.take(2); // Keep Alive
  const userProperties = level === 5 ? readUserProperties(fields.take(fields.variable())) : [];
  const clientId = fields.data();
  if (flag(2)) {
    if (level === 5) fields.take(fields.variable());
    fields.data();
    fields.data();
  }
  const userName = flag(7) ? fields.data() : undefined;
  if (flag(6)) fields.data();
  if (fields.rest > 0) throw MALFORMED;
  return { userProperties, clientId, userName };
}

function says(source: OwnSource, connect: Connect): Uint8Array | undefined {
  if (source.field === 'MQTT_USER_NAME') return connect.userName && before(connect.userName, '/');
  if (source.field === 'MQTT_CLIENT_ID') {
    return connect.clientId.length > 0 ? before(connect.clientId, ':') : undefined;
  }
  if (source.field !== 'MQTT_USER_PROPERTY') return undefined;
  const wanted = Buffer.from(source.name);
  return connect.userProperties.find(([name]) => name.equals(wanted))?.[1];
}

/** @param ended the device's FIN has come: nothing more will */
export function mqttVerdict(
  sources: readonly OrganizationSource[],
  bytes: Buffer,
  ended: boolean,
  properties: Properties = new Map(),
): Verdict {
  const more = ended ? refuse('incomplete') : WAIT;
  if (bytes.length === 0) return more;
  if (bytes[0] !== 0x10) return refuse('not_protocol');
  const header = new Fields(bytes.subarray(1, 5));
  let length: number;
  try {
    length = header.variable();
  } catch (error) {
    if (error !== MALFORMED) throw error;
    return bytes.length < 5 ? more : refuse('not_protocol');
  }
  const start = 1 + header.at;
  if (start + length > MOST_BYTES) return refuse('too_large');
  // The shortest: ten bytes of header and an empty client id.
  if (length < 12) return refuse('not_protocol');
  const packet = bytes.subarray(start, start + length);
  const seen = Math.min(packet.length, START.length);
  if (START.compare(packet, 0, seen, 0, seen) !== 0) return refuse('not_protocol');
  if (packet.length < length) return more;
  try {
    const connect = readConnect(packet);
    return sourcesVerdict(sources, properties, (source) => says(source, connect));
  } catch (error) {
    if (error === MALFORMED) return refuse('not_protocol');
    throw error;
  }
}

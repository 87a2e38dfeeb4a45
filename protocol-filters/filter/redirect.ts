// What a device and its old server are told when the device is to reconnect, right for the protocol.
import { getBuffer, hostData, hostSize, setBuffer } from '../sdk/host';
import { allocate, release } from '../sdk/memory';
import { BUFFER_DOWNSTREAM, BUFFER_RESPONSE_BODY, BUFFER_UPSTREAM } from '../sdk/constants';

/** MQTT 5 DISCONNECT with reason code 0x9C, Use another server [MQTT5 3.14.2.1]; no properties. */
const MQTT5_REDIRECT: usize = memory.data<u8>([0xe0, 0x02, 0x9c, 0x00]);
const MQTT5_REDIRECT_SIZE: u32 = 4;
/** DISCONNECT of a device: normal disconnection, its will is dropped [MQTT-3.14.4-3]. The same bytes in 3.1.1 and 5. */
const MQTT_END: usize = memory.data<u8>([0xe0, 0x00]);
const MQTT_END_SIZE: u32 = 2;
/** Close with status 1012, Service Restart (RFC 6455, 5.5.1; IANA WebSocket Close Code registry). */
const WEBSOCKET_CLOSE: usize = memory.data<u8>([0x88, 0x02, 0x03, 0xf4]);
const WEBSOCKET_CLOSE_SIZE: u32 = 4;

/**
 * Keeps the first `keep` bytes of the chunk and puts `tail` in place of the rest. Envoy replaces at the front of a buffer
 * or all of it, and appends at its end, but cuts nothing off the end: what stays is copied where something is cut.
 */
export function cutChunk(type: i32, keep: u32, size: u32, tail: usize, tailSize: u32): bool {
  if (keep == size) return tailSize == 0 || setBuffer(type, size, 0, tail, tailSize);
  if (keep == 0) return setBuffer(type, 0, size, tail, tailSize);
  const total = keep + tailSize;
  const block = allocate(total);
  if (block == 0) return false;
  const done = getBuffer(type, 0, keep) && hostSize == keep;
  if (done) {
    memory.copy(block, hostData, keep);
    memory.copy(block + keep, tail, tailSize);
  }
  const set = done && setBuffer(type, 0, size, block, total);
  release(block, total);
  return set;
}

/** Puts the redirect behind the first `keep` bytes of the server's chunk. */
export function redirectMqtt(keep: u32, size: u32): bool {
  return cutChunk(BUFFER_UPSTREAM, keep, size, MQTT5_REDIRECT, MQTT5_REDIRECT_SIZE);
}

export function redirectWebSocket(keep: u32, size: u32): bool {
  return cutChunk(BUFFER_RESPONSE_BODY, keep, size, WEBSOCKET_CLOSE, WEBSOCKET_CLOSE_SIZE);
}

/** Lets nothing of the chunk pass. */
export function swallow(type: i32, size: u32): void {
  if (size > 0) setBuffer(type, 0, size, 0, 0);
}

/** Ends the session at the server, behind the device's last `size` bytes. */
export function endMqttSession(size: u32): bool {
  return setBuffer(BUFFER_DOWNSTREAM, size, 0, MQTT_END, MQTT_END_SIZE);
}

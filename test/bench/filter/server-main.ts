/**
 * The servers of the bench, all in one process: as little MQTT as can be, so that they cost less than Envoy does. CONNECT
 * is answered with CONNACK, PUBLISH with an equal PUBLISH, the rest with nothing. A packet begins where a chunk begins:
 * no device of the bench sends a packet before the last one was answered.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { CONNACK, CONNECT, packetSize, PUBLISH, publishPacket } from './packets.ts';
import { answerOrders } from './process-io.ts';

/** Listen on a free port of each host. The answer: the ports. */
export type ServerOrder = { hosts: string[] };
export type ServerAnswer = { ports: number[] };

const echoes = new Map<number, Buffer>();

/** The PUBLISH of `size` bytes in all that starts with this chunk, without keeping what devices sent. */
function echoOf(chunk: Buffer, size: number): Buffer {
  let echo = echoes.get(size);
  if (echo === undefined) {
    const header = chunk.findIndex((byte, index) => index > 0 && byte < 0x80) + 1;
    echo = publishPacket(size - header);
    echoes.set(size, echo);
  }
  return echo;
}

function serve(socket: Socket): void {
  let missing = 0;
  let answer: Buffer | undefined;
  socket.on('data', (chunk: Buffer) => {
    if (missing === 0) {
      missing = packetSize(chunk);
      if (chunk[0] === CONNECT) answer = CONNACK;
      else answer = chunk[0] === PUBLISH ? echoOf(chunk, missing) : undefined;
    }
    missing -= chunk.length;
    if (missing < 0) socket.destroy(new Error('a packet came before the last one was answered'));
    else if (missing === 0 && answer !== undefined) socket.write(answer);
  });
  // A reset by a proxy that was stopped; a device that misses its answer says so itself.
  socket.on('error', () => socket.destroy());
}

function listen(host: string): Promise<number> {
  const server = createServer({ noDelay: true }, serve);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0, backlog: 4096 }, () => resolve((server.address() as AddressInfo).port));
  });
}

answerOrders<ServerOrder, ServerAnswer>(async ({ hosts }) => ({
  ports: await Promise.all(hosts.map(listen)),
}));

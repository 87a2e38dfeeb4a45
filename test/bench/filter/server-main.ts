/**
 * The servers of the bench, all in one process: as little of a protocol as can be, so that they cost less than Envoy does. A
 * first message (CONNECT) is answered as its protocol has it, any other with one of equal content. A message begins where a
 * chunk begins: no device of the bench sends one before the last one was answered.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { answerOrders } from './process-io.ts';
import { BY_END, SPEECHES, type ProtocolName, type Speech } from './speech.ts';

/** Listen on a free port of each host. The answer: the ports. */
export type ServerOrder = { hosts: string[]; protocol: ProtocolName };
export type ServerAnswer = { ports: number[] };

const echoes = new Map<number, Buffer>();

/** The answer to a message of `size` bytes in all, without keeping what devices sent. */
function echoOf(speech: Speech, size: number): Buffer {
  let echo = echoes.get(size);
  if (echo === undefined) {
    echo = speech.echo(speech.contentOf(size));
    echoes.set(size, echo);
  }
  return echo;
}

function serve(socket: Socket, speech: Speech): void {
  let isFirst = true;
  let size = 0;
  let got = 0;
  socket.on('data', (chunk: Buffer) => {
    if (got === 0) size = isFirst ? speech.firstSize(chunk) : speech.messageSize(chunk);
    got += chunk.length;
    const whole = size === BY_END ? chunk.at(-1) === speech.lastByte : got === size;
    if (size !== BY_END && got > size) {
      socket.destroy(new Error('a message came before the last one was answered'));
    } else if (whole) {
      socket.write(isFirst ? speech.answer : echoOf(speech, got));
      isFirst = false;
      got = 0;
    }
  });
  // A reset by a proxy that was stopped; a device that misses its answer says so itself.
  socket.on('error', () => socket.destroy());
}

function listen(host: string, speech: Speech): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => serve(socket, speech));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0, backlog: 4096 }, () => resolve((server.address() as AddressInfo).port));
  });
}

answerOrders<ServerOrder, ServerAnswer>(async ({ hosts, protocol }) => ({
  ports: await Promise.all(hosts.map((host) => listen(host, SPEECHES[protocol]))),
}));

// A name server that knows no name and says so at once, as a working one does of names of containers that have ended. The
// name server of podman's networks hands such questions on; without an answer each look-up would take 20 s.
import { createSocket } from 'node:dgram';

const [address = '127.0.0.2'] = process.argv.slice(2);
/** RFC 1035, 4.1.1: octets of the header, and in its third and fourth: a response, recursion available, name error. */
const HEADER = 12;
const RESPONSE = 0x80;
const RECURSION_AVAILABLE_NAME_ERROR = 0x83;

const socket = createSocket('udp4');
socket.on('message', (question, from) => {
  if (question.length < HEADER) return;
  const answer = Buffer.from(question);
  answer[2] = (answer[2] ?? 0) | RESPONSE;
  answer[3] = RECURSION_AVAILABLE_NAME_ERROR;
  // No additional records: those of the question (EDNS) are cut off with what follows its one question.
  let end = HEADER;
  while (end < answer.length && answer[end] !== 0) end += 1 + (answer[end] ?? 0);
  answer.writeUInt32BE(0, 6);
  answer.writeUInt16BE(0, 10);
  socket.send(answer.subarray(0, end + 5), from.port, from.address);
});
socket.on('error', (error) => {
  process.stderr.write(`name server: ${error.message}\n`);
  process.exit(1);
});
socket.bind(53, address);

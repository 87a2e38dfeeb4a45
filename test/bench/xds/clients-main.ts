/**
 * A process with many ADS clients, a connection each, for the bench: opens them, counts what arrives, and tells its
 * parent. `clients-main.ts <port> <streams>`.
 */
import { connect, type ClientHttp2Session } from 'node:http2';
import { loadService } from '../../../envoy/grpc.ts';
import { TYPE_URLS } from '../../../control-plane/xds/index.ts';

const [port, streams] = process.argv.slice(2).map(Number);
const method = loadService('envoy.service.discovery.v3.AggregatedDiscoveryService')[
  'DeltaAggregatedResources'
]!;

/** A gRPC message on the wire: not compressed, length, bytes. */
function framed(message: object): Buffer {
  const bytes = method.requestSerialize(message as never);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const tell = (message: object): void => void process.send?.(message);
const sessions: ClientHttp2Session[] = [];
let received = 0;

/** Opens a stream; each whole response is acknowledged and counted. */
function open(index: number): void {
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 1 << 20 } });
  session.on('connect', () => session.setLocalWindowSize(1 << 20));
  session.on('error', (error) => tell({ error: error.message }));
  sessions.push(session);
  const stream = session.request({
    ':method': 'POST',
    ':path': method.path,
    te: 'trailers',
    'content-type': 'application/grpc',
  });
  let chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (chunks[0]!.length < 5) chunks = [Buffer.concat(chunks)];
    // One response at a time: the next one comes only after the acknowledgement.
    if (size < 5 || size < chunks[0]!.readUInt32BE(1) + 5) return;
    const { nonce } = method.responseDeserialize(Buffer.concat(chunks).subarray(5)) as { nonce: string };
    chunks = [];
    size = 0;
    stream.write(framed({ type_url: TYPE_URLS.ECDS, response_nonce: nonce }));
    if (++received % streams! === 0) tell({ round: received / streams! });
  });
  stream.on('error', (error) => tell({ error: error.message }));
  stream.write(
    framed({
      node: { id: `proxy-${index}` },
      type_url: TYPE_URLS.ECDS,
      resource_names_subscribe: ['assignment'],
    }),
  );
}

for (let i = 0; i < streams!; i++) open(i);
process.on('disconnect', () => {
  for (const session of sessions) session.destroy();
  process.exit();
});

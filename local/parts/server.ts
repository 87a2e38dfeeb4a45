import type { Context } from '../context.ts';
import { isOk } from '../http.ts';
import type { Ports } from '../ports.ts';
import { ProcessPart } from './part.ts';

/** A demo server that registers itself, not started. */
export async function demoServer(
  context: Context,
  ports: Ports,
  id: string,
  etcdEndpoints: readonly string[],
): Promise<ProcessPart> {
  const [mqtt, websocket] = [await ports.next(), await ports.next()];
  const args = [
    ...['demo-server', '--id', id, '--host', '127.0.0.1'],
    ...['--mqtt-port', String(mqtt), '--websocket-port', String(websocket)],
    ...['--etcd', etcdEndpoints.join(','), '--log-level', 'warn'],
  ];
  const status = `http://127.0.0.1:${websocket}/status`;
  return new ProcessPart({
    context,
    process: context.cohort(id, args),
    addresses: { mqtt: `127.0.0.1:${mqtt}`, websocket: `127.0.0.1:${websocket}`, status },
    serves: () => isOk(status),
  });
}

import type { Context } from '../context.ts';
import { isOk } from '../http.ts';
import { LOOPBACK, type Place } from '../place.ts';
import type { Ports } from '../ports.ts';
import { ProcessPart } from './part.ts';

/** A demo server that registers itself, not started. */
export async function demoServer(
  context: Context,
  ports: Ports,
  id: string,
  etcdEndpoints: readonly string[],
  place: Place = LOOPBACK,
): Promise<ProcessPart> {
  const [mqtt, websocket] = [await ports.next(), await ports.next()];
  const args = [
    ...['demo-server', '--id', id, '--host', place.host],
    ...['--mqtt-port', String(mqtt), '--websocket-port', String(websocket)],
    ...['--etcd', etcdEndpoints.join(','), '--log-level', 'warn'],
  ];
  const status = `http://${place.host}:${websocket}/status`;
  return new ProcessPart({
    context,
    process: context.cohort(id, args, { place }),
    addresses: { mqtt: `${place.host}:${mqtt}`, websocket: `${place.host}:${websocket}`, status },
    serves: () => isOk(status),
  });
}

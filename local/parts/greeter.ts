import type { Context } from '../context.ts';
import type { Placement } from '../place.ts';
import { numbered } from './many.ts';
import { ProcessPart } from './part.ts';

/** Greeters that register themselves, not started. */
export async function greeters(
  context: Context,
  count: number,
  etcdEndpoints: readonly string[],
  placement: Placement,
): Promise<ProcessPart[]> {
  const parts: ProcessPart[] = [];
  for (const id of numbered('greeter', count)) {
    const place = await placement(id);
    const args = [
      ...['greeter', '--id', id, '--listen', `${place.host}:0`, '--etcd', etcdEndpoints.join(',')],
      ...['--log-level', 'warn'],
    ];
    let isRegistered = false;
    const process = context.cohort(id, args, {
      place,
      onLine: (line) => {
        const { event } = JSON.parse(line) as { event: string };
        if (event === 'registered') isRegistered = true;
      },
    });
    parts.push(new ProcessPart({ context, process, addresses: {}, serves: () => isRegistered }));
  }
  return parts;
}

import { join } from 'node:path';
import type { Context } from '../context.ts';
import { getJson } from '../http.ts';
import { allOnLoopback, commandAt, type Place, type Placement } from '../place.ts';
import type { Ports } from '../ports.ts';
import { ProcessPart } from './part.ts';

export interface EtcdCluster {
  readonly members: readonly ProcessPart[];
  /** Client URLs. */
  readonly endpoints: readonly string[];
}

/** The members of an etcd, not started; their data ends with the stack. */
export async function etcd(
  context: Context,
  ports: Ports,
  binary: string,
  count: number,
  placement: Placement = allOnLoopback,
): Promise<EtcdCluster> {
  const members: { id: string; place: Place; client: string; peer: string }[] = [];
  for (let i = 1; i <= count; i++) {
    const id = `etcd-${i}`;
    const place = await placement(id);
    const url = async (): Promise<string> => `http://${place.host}:${await ports.next()}`;
    members.push({ id, place, client: await url(), peer: await url() });
  }
  const cluster = members.map(({ id, peer }) => `${id}=${peer}`).join(',');
  const parts = members.map(({ id, place, client, peer }) => {
    const args = [
      ...['--name', id, '--data-dir', join(context.directory, id), '--logger', 'zap', '--log-level', 'warn'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', cluster, '--initial-cluster-state', 'new'],
    ];
    return new ProcessPart({
      context,
      process: context.process(id, commandAt(place, { file: binary, args })),
      addresses: { client },
      serves: async () => (await getJson<{ health: string }>(`${client}/health`)).health === 'true',
    });
  });
  return { members: parts, endpoints: members.map(({ client }) => client) };
}

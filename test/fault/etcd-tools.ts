/** What an operator does to etcd by hand, over the gRPC gateway that every member offers. */
import type { Part } from '../../local/topology.ts';

/** Milliseconds; defragmenting takes its time. */
const TIMEOUT_MS = 60_000;

async function call<T>({ id, addresses }: Part, path: string, body: object): Promise<T> {
  const answer = await fetch(`${addresses.client}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${id} answered ${path} with ${answer.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Of `/v3/maintenance/status`; 64-bit numbers are texts. */
interface Status {
  readonly header: { readonly member_id: string; readonly revision: string };
  readonly leader: string;
}

/** The member that leads etcd itself. */
export async function etcdLeader(members: readonly Part[]): Promise<Part> {
  for (const member of members) {
    const { header, leader } = await call<Status>(member, 'maintenance/status', {});
    if (header.member_id === leader) return member;
  }
  throw new Error('no member of etcd says that it leads');
}

/** Forgets all history but the present; resolves when it is gone from the disk. @returns the revision compacted to */
export async function compact(member: Part): Promise<number> {
  const { header } = await call<Status>(member, 'maintenance/status', {});
  await call(member, 'kv/compaction', { revision: header.revision, physical: true });
  return Number(header.revision);
}

/** The member serves nobody meanwhile. */
export async function defragment(member: Part): Promise<void> {
  await call(member, 'maintenance/defragment', {});
}

/** The replicas, in a process of their own: what they cost is not the leader's. */
import { FULL_LOAD, Load } from './load.ts';

const seconds = Number(process.argv[2]);
const load = new Load(FULL_LOAD);
const { replicas } = FULL_LOAD;

function send(message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(message, undefined, {}, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}

for (let replica = 0; replica < replicas; replica++) {
  for (const batch of load.first(replica)) await send({ batch });
}
const { all, split } = load.named();
await send({ begun: { connections: load.connections, named: all.size, split: split.size } });
const start = performance.now();
for (let half = 0; half < 2 * seconds; half++) {
  const due = start + half * 500;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  for (let replica = 0; replica < replicas; replica++) {
    await send({ batch: load.half(replica, Math.floor(half / 2), half % 2) });
  }
}
const lateMs = performance.now() - start - seconds * 1000;
await send({ ended: { connections: load.connections, lateMs } });
process.disconnect();

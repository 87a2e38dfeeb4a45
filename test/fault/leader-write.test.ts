/** The leader is frozen in the middle of a write: what it had begun comes to nothing. */
import { expect, test } from 'vitest';
import { REBALANCER } from '../../control-plane/model/index.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { assignmentOf } from './known-assignment.ts';
import { expectOrder, followsAgain, LEADS_MS, start } from './leader-scene.ts';
import { measured, stopwatch } from './measured.ts';
import { pinInForce, putPin } from './pins.ts';
import type { Held, Relay } from './relay.ts';
import { START_MS } from './relayed-stack.ts';
import { leaderAmong } from './replica.ts';

const TIMEOUT_MS = START_MS + 240_000;

const CURRENT = 'versioned/assignment/current';
const CANDIDATES = `elections/${REBALANCER}/`;

/** Holds back the next assignment that this replica writes, whichever member of etcd it gives it to. */
async function holdWrite(relays: readonly Relay[]): Promise<Held> {
  const held = relays.map((relay) =>
    relay.hold({
      // It reads what it is about to replace.
      after: (bytes) => bytes.includes(CURRENT),
      // And replaces it only as long as it leads.
      until: (bytes) => bytes.includes(CURRENT) && bytes.includes(CANDIDATES),
    }),
  );
  return Promise.any(held);
}

test('it is thawed when the write has arrived', { timeout: TIMEOUT_MS }, async () => {
  const scene = await start(cleanupAfterTest());
  const { system, leader, rest } = scene;
  const [other] = rest;
  if (other === undefined) throw new Error('there is no other replica');
  const writing = holdWrite(system.toEtcd(leader));
  await putPin(other, 'in-the-middle', 'server-1');
  const held = await writing;
  leader.freeze();
  const since = stopwatch();
  const next = await leaderAmong(rest, { timeout: LEADS_MS });
  measured('leader', 'frozen in the middle of a write: another leads after', since());
  // It has written the same assignment by now, in its own epoch.
  await pinInForce(system, next, 'in-the-middle');
  const { epoch } = await assignmentOf(next);
  expect(BigInt(epoch)).toBeGreaterThan(BigInt(scene.before.epoch));

  // The old leader's write arrives: etcd looks at it, and answers with what is there instead.
  held.release();
  await waitFor(() => held.answer.includes(CURRENT), { what: 'etcd to answer the old write' });
  expect(held.answer.includes(CANDIDATES)).toBe(false);
  await leader.kill('SIGCONT');
  await followsAgain(leader, 'in-the-middle');
  await pinInForce(system, leader, 'after');
  await expectOrder(scene);
});

test(
  'it is thawed while its write is still under way, which then arrives',
  { timeout: TIMEOUT_MS },
  async () => {
    const scene = await start(cleanupAfterTest());
    const { system, leader, rest } = scene;
    const [other] = rest;
    if (other === undefined) throw new Error('there is no other replica');
    const writing = holdWrite(system.toEtcd(leader));
    await putPin(other, 'in-the-middle', 'server-1');
    const held = await writing;
    leader.freeze();
    const next = await leaderAmong(rest, { timeout: LEADS_MS });
    await pinInForce(system, next, 'in-the-middle');
    await leader.kill('SIGCONT');
    // It finds that its time is over, though the fate of its write is open.
    await followsAgain(leader, 'in-the-middle');
    held.release();
    await waitFor(() => held.answer.length > 0, { what: 'etcd to answer on the old connection' });
    await pinInForce(system, leader, 'after');
    await expectOrder(scene);
  },
);

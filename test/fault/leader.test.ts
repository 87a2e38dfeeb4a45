/** The leader is lost in every way there is: another leads soon, and the old one writes nothing more. */
import { expect, test } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { assignmentOf } from './known-assignment.ts';
import { expectOrder, followsAgain, LEADS_MS, start } from './leader-scene.ts';
import { measured, stopwatch } from './measured.ts';
import { pinInForce, putPin } from './pins.ts';
import { START_MS } from './relayed-stack.ts';
import { leaderAmong } from './replica.ts';

const TIMEOUT_MS = START_MS + 240_000;

test('it is killed', { timeout: TIMEOUT_MS }, async () => {
  const scene = await start(cleanupAfterTest());
  const { system, leader, rest } = scene;
  const since = stopwatch();
  await leader.kill('SIGKILL');
  const next = await leaderAmong(rest, { timeout: LEADS_MS });
  measured('leader', 'killed: another leads after', since());
  await pinInForce(system, next, 'after');
  measured('leader', 'killed: a pin is in force at every proxy after', since());
  await leader.start();
  await followsAgain(leader, 'after');
  await expectOrder(scene);
});

test('it is frozen for longer than its lease, and thawed', { timeout: TIMEOUT_MS }, async () => {
  const scene = await start(cleanupAfterTest());
  const { system, leader, rest } = scene;
  const since = stopwatch();
  leader.freeze();
  const next = await leaderAmong(rest, { timeout: LEADS_MS });
  measured('leader', 'frozen: another leads after', since());
  await pinInForce(system, next, 'meanwhile');
  measured('leader', 'frozen: a pin is in force at every proxy after', since());
  const thawed = stopwatch();
  await leader.kill('SIGCONT');
  await followsAgain(leader, 'meanwhile');
  measured('leader', 'thawed: it follows the other after', thawed());
  await pinInForce(system, leader, 'after');
  await expectOrder(scene);
});

test('it is cut off from etcd', { timeout: TIMEOUT_MS }, async () => {
  const scene = await start(cleanupAfterTest());
  const { system, leader, rest } = scene;
  const since = stopwatch();
  for (const relay of system.toEtcd(leader)) relay.set('silent');
  let steppedDown: number | undefined;
  let bothLead = false;
  const next = await waitFor(
    async () => {
      const answers = await Promise.all(rest.map((replica) => replica.leads()));
      const leading = rest.find((_, i) => answers[i]);
      // Asked afterwards: whoever leads now must be alone.
      const isLeading = await leader.leads();
      if (!isLeading) steppedDown ??= since();
      bothLead ||= leading !== undefined && isLeading;
      return leading;
    },
    { what: 'another replica to lead', timeout: LEADS_MS },
  );
  measured('leader', 'cut off from etcd: another leads after', since());
  expect(bothLead).toBe(false);
  measured('leader', 'cut off from etcd: it had stepped down after', steppedDown ?? NaN);
  await putPin(next, 'meanwhile', 'server-1');
  await waitFor(async () => 'meanwhile' in (await assignmentOf(next)).pins, { what: 'the pin' });
  expect((await assignmentOf(leader)).pins).not.toHaveProperty('meanwhile');
  await scene.population.unnoticed();

  const mended = stopwatch();
  for (const relay of system.toEtcd(leader)) relay.set('through');
  await followsAgain(leader, 'meanwhile');
  measured('leader', 'reconnected: it follows the other after', mended());
  await pinInForce(system, leader, 'after');
  await expectOrder(scene);
});

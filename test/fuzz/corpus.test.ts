/** The fuzzer's inputs, for some seconds, against a real Envoy: no worker's VM may trap. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../protocol-filters/compile.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { RawDevice } from '../harness/device.ts';
import { waitFor } from '../harness/wait.ts';
import { Corpus } from './corpus.ts';
import { Witness } from './witness.ts';

const MS = 8_000;

it('whatever devices and servers say, nothing happens to others', { timeout: 180_000 }, async () => {
  const cleanup = cleanupAfterTest();
  const corpus = await Corpus.start(cleanup, 20260401);
  await corpus.run(MS);
  expect(await corpus.problems()).toEqual([]);
  // What servers answered may have put them aside, until their next check.
  await corpus.allHealthy();
  for (const name of ['json_lines', 'ws_header']) {
    const { at } = corpus.listenerOf(name);
    cleanup.own(await Witness.connect(at, name.startsWith('ws')));
  }
  const { connections, inputs, moves } = corpus.result;
  console.log(`${connections} connections, ${inputs} chunks, ${moves} moves in ${MS / 1000} s`);
  expect(Math.min(connections, moves)).toBeGreaterThan(0);
  // It was no peaceful crowd: some were refused, some were told to reconnect.
  const stats = await corpus.envoy.stats('wasmcustom.cohort.');
  const count = (name: string): number => stats.get(`wasmcustom.cohort.${name}`) ?? 0;
  expect(count('refused.not_protocol')).toBeGreaterThan(0);
  expect(count('drain.redirected')).toBeGreaterThan(0);
});

it('would notice a trap', { timeout: 180_000 }, async () => {
  const cleanup = cleanupAfterTest();
  const code = readFileSync(join(ROOT, 'build/probes/trapping-cohort.wasm'));
  const corpus = await Corpus.start(cleanup, 1, { code, generation: '1' });
  expect(await corpus.problems()).toEqual([]);
  const device = cleanup.own(await RawDevice.connect(corpus.listenerOf('json_lines').at));
  await device.send('pull-the-trap');
  await device.waitForRemoteEnd();
  await waitFor(async () => (await corpus.problems()).length > 0, { what: 'the trap to be noticed' });
});

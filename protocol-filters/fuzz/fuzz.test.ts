import { beforeAll, describe, expect, it } from 'vitest';
import { WasmModule } from '../host/index.ts';
import { compileProbe } from '../host/probe.ts';
import { scriptFromJson, scriptToJson } from './events.ts';
import { productFilter } from './filters.ts';
import type { Script } from './events.ts';
import { fuzz, move } from './fuzz.ts';
import { batch } from './generate/batch.ts';
import { failureOf } from './run.ts';

it('runs the same for the same seed', async () => {
  const filter = await productFilter();
  const run = () => fuzz([filter], 5, (sessions) => sessions >= 480);
  const first = run();
  expect(first).toMatchObject({ sessions: 480, failure: undefined });
  expect(run()).toEqual(first);
  expect(batch(5, 1)).toEqual(batch(5, 1));
  expect(batch(6, 1)).not.toEqual(batch(5, 1));
});

it('tells devices of every world to reconnect where they may be told', { timeout: 60_000 }, async () => {
  const summary = { sessions: 0, connections: 0, inputs: 0, redirected: 0 };
  expect(move(await productFilter(), 5, summary)).toBeUndefined();
  expect(summary.redirected).toBeGreaterThan(40);
});

describe('a filter that routes what it must not', () => {
  let module: WasmModule;
  let failure: { error: Error; script: Script };

  beforeAll(async () => {
    // It lets pass whatever has come up to the end of a line.
    module = WasmModule.compile(await compileProbe('line'));
    const found = fuzz([module], 5, () => false).failure;
    if (found?.script === undefined) throw new Error('nothing was found');
    failure = { error: found.error, script: found.script };
    // Compiling takes its time on a busy machine.
  }, 120_000);

  it('is found out, by a script that is small', () => {
    expect(failure.error.name).toBe('Violation');
    expect(failure.script.events.length).toBeLessThan(4);
  });

  it('fails again in the same way when the script is read back', () => {
    const script = scriptFromJson(scriptToJson(failure.script));
    expect(script).toEqual(failure.script);
    expect(failureOf(module, script)?.message).toBe(failure.error.message);
  });

  it('is to blame alone: nothing fails with the filter of the product', async () => {
    expect(failureOf(await productFilter(), failure.script)).toBeUndefined();
  });
});

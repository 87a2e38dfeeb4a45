import { beforeAll, describe, expect, it } from 'vitest';
import { WasmModule } from '../host/index.ts';
import { compileProbe } from '../host/probe.ts';
import { scriptFromJson, scriptToJson } from './events.ts';
import { productFilter } from './filters.ts';
import { fuzz, type Failure } from './fuzz.ts';
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

describe('a filter that routes what it must not', () => {
  let module: WasmModule;
  let failure: Failure;

  beforeAll(async () => {
    // It lets pass whatever has come up to the end of a line.
    module = WasmModule.compile(await compileProbe('line'));
    const found = fuzz([module], 5, () => false).failure;
    if (found === undefined) throw new Error('nothing was found');
    failure = found;
  });

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

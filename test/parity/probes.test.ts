import { beforeAll, expect, it } from 'vitest';
import { compileProbe } from '../../protocol-filters/host/probe.ts';
import { WasmModule } from '../../protocol-filters/host/index.ts';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { WaitTimeout, waitFor } from '../harness/wait.ts';
import { ScriptedServer } from './envoy-rig.ts';
import { ProbeEnvoy } from './probe-envoy.ts';
import { ProbeHost } from './probe-host.ts';
import type { ProbeScript } from './probe-script.ts';
import { sameState, type Rig, type State } from './rig.ts';
import { describeStep } from './script.ts';
import { HTTP_PROBES } from './scripts/probes-http.ts';
import { TCP_PROBES } from './scripts/probes-tcp.ts';

const SCRIPTS = [...TCP_PROBES, ...HTTP_PROBES];
const SERVER = 'the server';
const SETTLE_MS = 5000;

const cleanup = cleanupAfterAll();
let code: Uint8Array;
let envoy: ProbeEnvoy;

beforeAll(async () => {
  code = await compileProbe('script', '--use', 'abort=script/onAbort');
  const server = cleanup.own(await ScriptedServer.start());
  envoy = cleanup.own(await ProbeEnvoy.start(SCRIPTS, code, { id: SERVER, server }));
});

interface Moment {
  what: string;
  state: State;
  lines: string[];
}

async function onHost(script: ProbeScript): Promise<Moment[]> {
  const host = new ProbeHost(script, WasmModule.compile(code), SERVER);
  const rig = host.connect();
  const moments = [{ what: 'connect', state: rig.state(), lines: host.lines() }];
  for (const step of script.steps) {
    await rig.step(step);
    moments.push({ what: describeStep(step), state: rig.state(), lines: host.lines() });
  }
  return moments;
}

async function onEnvoy(script: ProbeScript, expected: readonly Moment[]): Promise<Moment[]> {
  const settled = async (rig: Rig, index: number): Promise<Moment> => {
    const wanted = expected[index]!;
    const now = (): Moment => ({ what: wanted.what, state: rig.state(), lines: envoy.lines(script) });
    const reached = ({ state, lines }: Moment): boolean =>
      sameState(state, wanted.state) && lines.length >= wanted.lines.length;
    try {
      await waitFor(() => reached(now()), { timeout: SETTLE_MS, interval: 5 });
    } catch (error) {
      if (!(error instanceof WaitTimeout)) throw error;
    }
    return now();
  };
  const rig = cleanupAfterTest().own(await envoy.connect(script));
  const moments = [await settled(rig, 0)];
  for (const [index, step] of script.steps.entries()) {
    await rig.step(step);
    const moment = await settled(rig, index + 1);
    moments.push(moment);
    if (!sameState(moment.state, expected[index + 1]!.state)) break;
  }
  return moments;
}

/** What came with each step, so that a difference shows where it began. */
function readable(moments: readonly Moment[]): string[] {
  return moments.flatMap(({ what, state, lines }, index) => [
    `--- ${what}`,
    ...lines.slice(moments[index - 1]?.lines.length ?? 0),
    JSON.stringify(state),
  ]);
}

it.each(SCRIPTS)('$name', async (script) => {
  const expected = await onHost(script);
  const actual = await onEnvoy(script, expected);
  expect(readable(expected), 'the host, compared with Envoy').toEqual(readable(actual));
  // A script that says nothing compares nothing.
  expect(actual.at(-1)?.lines.length).toBeGreaterThan(script.lines.length);
});

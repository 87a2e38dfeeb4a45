import { beforeAll, describe, expect, it } from 'vitest';
import { cleanupAfterAll, cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { WaitTimeout, waitFor } from '../harness/wait.ts';
import type { EnvoyRig } from './envoy-rig.ts';
import { sameState, type Rig, type State } from './rig.ts';
import { describeStep, type Script, type Step } from './script.ts';
import { ENDS } from './scripts/ends.ts';
import { CONNACK, connect, MQTT } from './scripts/mqtt.ts';
import { ORDERS } from './scripts/orders.ts';
import { REFUSALS } from './scripts/refusals.ts';
import { WEBSOCKET } from './scripts/websocket.ts';
import { EnvoyWorld, HostWorld, type ParityWorld } from './worlds.ts';

/** How long Envoy has to come to what the host came to. */
const SETTLE_MS = 5000;

/** Waits until Envoy's worker has done all that it was given before: it has refused another device. */
async function barrier(world: EnvoyWorld): Promise<void> {
  const rig = (await world.connect({ name: 'barrier', listener: 'mqtt_user', steps: [] })) as EnvoyRig;
  await rig.step({ device: Buffer.from('\0') });
  await waitFor(() => rig.state().device !== 'open', { what: 'the barrier to be refused' });
  rig.stop();
}

interface Outcome {
  states: [step: string, state: State][];
  refusals: Readonly<Record<string, number>>;
  counts: string[];
  gone: string[];
}

async function run(step: Step, rig: Rig, world: ParityWorld): Promise<void> {
  if (typeof step === 'object' && 'order' in step) await world.order(step.order);
  else await rig.step(step);
}

async function onHost(script: Script, world: HostWorld): Promise<Outcome> {
  const rig = await world.connect(script);
  const states: Outcome['states'] = [['connect', rig.state()]];
  for (const step of script.steps) {
    await run(step, rig, world);
    states.push([describeStep(step), rig.state()]);
  }
  const counts = await world.counts();
  rig.stop();
  return { states, refusals: await world.refusals(), counts, gone: await world.gone() };
}

async function onEnvoy(script: Script, world: EnvoyWorld, expected: Outcome): Promise<Outcome> {
  const cleanup = cleanupAfterTest();
  await world.refusals();
  const rig = cleanup.own((await world.connect(script)) as EnvoyRig);
  let barriers = 0;
  const settled = async (index: number): Promise<State> => {
    const wanted = expected.states[index]![1];
    try {
      await waitFor(() => sameState(rig.state(), wanted), { timeout: SETTLE_MS, interval: 2 });
    } catch (error) {
      if (!(error instanceof WaitTimeout)) throw error;
    }
    // And nothing more comes.
    await barrier(world);
    barriers++;
    return rig.state();
  };
  const states: Outcome['states'] = [['connect', await settled(0)]];
  for (const [index, step] of script.steps.entries()) {
    await run(step, rig, world);
    states.push([describeStep(step), await settled(index + 1)]);
    // Going on would only fail in other ways.
    if (!sameState(states.at(-1)![1], expected.states[index + 1]![1])) break;
  }
  const { not_protocol: notProtocol = 0, ...others } = await world.refusals();
  const own = notProtocol - barriers;
  const refusals = own === 0 ? others : { not_protocol: own, ...others };
  const counts = await world.counts(expected.counts);
  rig.stop();
  // Or the next script would begin with what this one has counted.
  const gone = await world.gone(expected.gone);
  await world.withdraw();
  return { states, refusals, counts, gone };
}

function readable({ states, ...rest }: Outcome): object {
  return { ...rest, states: states.map(([step, state]) => `${step}: ${JSON.stringify(state)}`) };
}

async function compare(script: Script, envoy: EnvoyWorld, host: HostWorld): Promise<void> {
  const expected = await onHost(script, host);
  const actual = await onEnvoy(script, envoy, expected);
  expect(readable(expected), 'the host, compared with Envoy').toEqual(readable(actual));
}

describe('the Node host and Envoy, with an assignment', () => {
  const cleanup = cleanupAfterAll();
  let envoy: EnvoyWorld;
  beforeAll(async () => {
    envoy = await EnvoyWorld.start(cleanup);
  });

  it.each([...MQTT, ...REFUSALS, ...ENDS, ...WEBSOCKET, ...ORDERS])('$name', async (script) => {
    await compare(script, envoy, new HostWorld());
  });
});

describe('the Node host and Envoy, without an assignment', () => {
  const cleanup = cleanupAfterAll();
  const scripts: Script[] = [
    { name: 'MQTT', listener: 'mqtt_user', steps: [{ device: connect('acme') }] },
    { name: 'WebSocket', listener: 'ws_path', request: { path: '/devices/acme' }, steps: [] },
  ];
  let envoy: EnvoyWorld;
  beforeAll(async () => {
    envoy = await EnvoyWorld.start(cleanup, { assigned: false });
  });

  it.each(scripts)('$name', async (script) => {
    await compare(script, envoy, new HostWorld({ assigned: false }));
  });
});

it('finds a difference where there is one', async () => {
  const cleanup = cleanupAfterTest();
  const envoy = await EnvoyWorld.start(cleanup, { assigned: false });
  const script: Script = {
    name: 'a host that knows more',
    listener: 'mqtt_user',
    steps: [{ device: connect('acme') }, { server: CONNACK }],
  };
  await expect(compare(script, envoy, new HostWorld())).rejects.toThrow('the host, compared with Envoy');
});

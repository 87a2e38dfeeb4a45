/** Against real processes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentStatusSchema } from '../model/index.ts';
import { machineMeter } from './machine-meter.ts';
import { measure, type Measurement } from './meter.ts';
import { pidIn, pidMeter, processMeter } from './process-meter.ts';

const isLinux = process.platform === 'linux';

/** A process that says `ready` when it has started. */
async function start(file: string, args: readonly string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

const node = (script: string): Promise<ChildProcess & { pid: number }> =>
  start(process.execPath, ['-e', `${script}; console.log('ready'); setInterval(() => undefined, 1e6)`]);

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const codes = ({ problems }: Measurement): string[] => problems.map(({ code }) => code);

it('measures this process', async () => {
  const meter = processMeter({ connections: () => 7 });
  // Work that takes time of a processor.
  let sum = 0;
  const until = performance.now() + 50;
  while (performance.now() < until) sum += Math.sqrt(sum);
  const { load, problems } = await meter();
  expect(problems).toEqual([]);
  expect(load.cpu?.used).toBeGreaterThan(0);
  expect(load.cpu?.limit).toBeLessThanOrEqual(availableParallelism());
  expect(load.memory?.used).toBeGreaterThan(1_000_000);
  expect(load.memory?.limit).toBeLessThanOrEqual(totalmem());
  expect(load.connections).toEqual({ used: 7 });
});

it('measures the machine, in the form that is stored', async () => {
  const { load } = await measure(machineMeter());
  expect(load.memory?.used).toBeLessThan(totalmem());
  const status = { server: 'a', instance: 'i', measuredAtMs: 0, load };
  expect(agentStatusSchema.parse(status)).toEqual(status);
});

// There is no /proc elsewhere: nothing to test, and the command says so.
describe.runIf(isLinux)('another process', () => {
  it('is measured until it ends; then it is gone', async () => {
    const child = await node('const all = Buffer.alloc(64 * 2 ** 20, 1)');
    const meter = pidMeter(child.pid);
    const first = await measure(meter);
    expect(first.problems).toEqual([]);
    // How fast it uses processors is known from the second time on.
    expect(first.load.cpu).toBeUndefined();
    const { load } = await measure(meter);
    expect(load.cpu?.used).toBeGreaterThanOrEqual(0);
    expect(load.memory?.used).toBeGreaterThan(64 * 2 ** 20);
    await end(child);
    const last = await measure(meter);
    expect([codes(last), last.load]).toEqual([['COHORT_AGENT_SERVER_GONE'], {}]);
  });

  it('is measured against its own limit where that is the tightest', async () => {
    const limit = 2 ** 20 * 1024;
    const script = `import sys, time; keep = b"x" * (700 * 2**20); print("ready", flush=True); time.sleep(1e6)`;
    const child = await start('/bin/sh', ['-c', `ulimit -v ${limit / 1024}; exec python3 -c '${script}'`]);
    const { load } = await measure(pidMeter(child.pid));
    expect(load.memory?.limit).toBe(limit);
    expect((load.memory?.used ?? 0) / limit).toBeGreaterThan(0.65);
    expect((load.memory?.used ?? 0) / limit).toBeLessThan(1);
  });

  it('is followed by its file when it is started again, and gone between', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cohort-pid-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'server.pid');
    const meter = pidMeter(() => pidIn(file));
    expect(codes(await measure(meter))).toEqual(['COHORT_AGENT_SERVER_GONE']);
    const first = await node('');
    writeFileSync(file, `${first.pid}\n`);
    expect((await measure(meter)).load.memory).toBeDefined();
    await end(first);
    expect(codes(await measure(meter))).toEqual(['COHORT_AGENT_SERVER_GONE']);
    const second = await node('');
    writeFileSync(file, `${second.pid}\n`);
    const again = await measure(meter);
    expect(codes(again)).toEqual([]);
    // Its time on processors has nothing to do with that of the one before.
    expect(again.load.cpu).toBeUndefined();
    writeFileSync(file, 'not a number\n');
    expect(codes(await measure(meter))).toEqual(['COHORT_AGENT_SERVER_GONE']);
  });
});

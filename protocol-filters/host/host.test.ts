import { beforeAll, describe, expect, it } from 'vitest';
import { Host, type HostOptions, type HostPlugin } from './host.ts';
import { bytes, compileProbe, script, scriptModule, Transcript } from './probe.ts';
import { WasmModule } from './wasm-module.ts';

let module: WasmModule;

beforeAll(async () => {
  module = await scriptModule();
});

function start(options: HostOptions = {}) {
  const transcript = new Transcript(options);
  const host = new Host({ workers: 2, ...options, environment: transcript.environment });
  transcript.named = true;
  const plugin = (name: string, ...lines: string[]): HostPlugin => ({
    name,
    module,
    vmId: 'vm',
    configuration: script(...lines),
  });
  return { host, transcript, clock: transcript.environment.clock, plugin };
}

describe('a push', () => {
  it('goes to a canary, then to the main thread, then to each worker', () => {
    const { host, transcript, plugin } = start();
    expect(host.configure(plugin('p', '# 1'))).toEqual({ accepted: true });
    const one = (thread: string): string[] => [
      `${thread}: create 1 0`,
      `${thread}: vm_start 1 0`,
      `${thread}: configure 1 3`,
    ];
    expect(transcript.take()).toEqual([...one('0'), ...one('0'), ...one('1'), ...one('2')]);
  });

  it('configures all threads before the former configuration ends on any', () => {
    const { host, transcript, plugin } = start({ workers: 1 });
    host.configure(plugin('p', '# 1'));
    transcript.take();
    host.configure(plugin('p', '# 2'));
    expect(transcript.take().slice(3)).toEqual([
      '0: create 2 0',
      '0: vm_start 2 0',
      '0: configure 2 3',
      '1: create 2 0',
      '1: vm_start 2 0',
      '1: configure 2 3',
      '0: done 1',
      '0: delete 1',
      '1: done 1',
      '1: delete 1',
    ]);
  });

  it('of the same content runs nothing', () => {
    const { host, transcript, plugin } = start();
    host.configure(plugin('p', '# 1'));
    transcript.take();
    expect(host.configure(plugin('p', '# 1'))).toEqual({ accepted: true });
    expect(transcript.take()).toEqual([]);
  });

  it('of a former content runs nothing where a stream still holds it, and configures anew where none does', () => {
    const { host, transcript, plugin } = start();
    host.configure(plugin('p', '# 1'));
    host.worker(1).connect('p');
    host.configure(plugin('p', '# 2'));
    transcript.take();
    host.configure(plugin('p', '# 1'));
    const log = transcript.take();
    expect(log.filter((line) => line.startsWith('1:'))).toEqual(['1: done 3', '1: delete 3']);
    expect(log).toContain('2: configure 3 3');
  });

  it('that the canary refuses changes nothing, but leaves what it wrote into shared data', () => {
    const { host, transcript, plugin } = start();
    host.configure(plugin('p', '# 1'));
    transcript.take();
    const bad = plugin('p', 'configure shared-set k v', 'configure return 0');
    expect(host.configure(bad)).toEqual({ accepted: false, reason: 'proxy_on_configure answered false' });
    expect(transcript.take()).toHaveLength(4);
    expect(host.environment.sharedData.keys('vm')).toEqual(['k']);
    expect(host.worker().connect('p').open).toBe(true);
  });

  it('that was refused is refused again without being run', () => {
    const { host, transcript, plugin } = start();
    const bad = plugin('p', 'configure return 0');
    host.configure(plugin('q', '# keeps the VM'));
    host.configure(bad);
    transcript.take();
    expect(host.configure(bad).accepted).toBe(false);
    expect(transcript.take()).toEqual([]);
  });

  it('that traps in the canary is refused', () => {
    const { host, plugin } = start();
    const result = host.configure(plugin('p', 'configure trap'));
    expect(result).toEqual({ accepted: false, reason: expect.stringContaining('unreachable') as string });
  });
});

describe('a configuration that fails on a worker alone', () => {
  it('is accepted; the filter is then skipped there, and later pushes of the VM are rejected', () => {
    const { host, plugin } = start({ workers: 1 });
    host.configure(plugin('other', '# 1'));
    // With four connections before, the plugin's root has an id on the worker that it has nowhere else.
    for (let i = 0; i < 4; i++) host.worker().connect('other');
    expect(host.configure(plugin('p', 'configure@6 return 0'))).toEqual({ accepted: true });
    const stream = host.worker().connect('p', { upstreamAddress: '127.0.0.1:1' });
    stream.send(bytes('unfiltered'));
    expect([stream.id, stream.atUpstream.text]).toEqual([0, 'unfiltered']);
    expect(host.configure(plugin('p', '# good'))).toEqual({
      accepted: false,
      reason: 'worker 1: proxy_on_configure answered false',
    });
    expect(host.configure({ ...plugin('p', '# good'), vmConfiguration: bytes('2') })).toEqual({
      accepted: true,
    });
    expect(host.worker().connect('p').id).toBeGreaterThan(0);
  });
});

describe('VMs', () => {
  it('are shared by plugins of one vm_id, code and VM configuration, and by no others', () => {
    const { host, plugin } = start();
    host.configure(plugin('a', '# 1'));
    host.configure({ ...plugin('b', '# 1'), kind: 'http' });
    host.configure({ ...plugin('c', '# 1'), vmConfiguration: bytes('x') });
    const worker = host.worker();
    expect(worker.vm('a')).toBe(worker.vm('b'));
    expect(worker.vm('a')).not.toBe(worker.vm('c'));
    expect(worker.vm('a')).not.toBe(host.worker(2).vm('a'));
    expect(worker.vm('a')).not.toBe(host.main.vm('a'));
  });

  it('tick on the main thread too', () => {
    const { host, transcript, clock, plugin } = start();
    host.configure(plugin('p', 'configure tick 10'));
    transcript.take();
    clock.advance(10);
    expect(transcript.take()).toEqual(['0: tick 1', '1: tick 1', '2: tick 1']);
  });

  it('of old code live and tick as long as their streams, and share data with the new', () => {
    const { host, transcript, clock, plugin } = start({ workers: 1 });
    host.configure(plugin('p', 'configure tick 10', 'tick shared-get k'));
    const stream = host.worker().connect('p');
    const next = { ...plugin('p', 'configure shared-set k new'), vmConfiguration: bytes('2') };
    host.configure(next);
    transcript.take();
    clock.advance(10);
    expect(transcript.take()).toEqual(['1: tick 1', '1: shared-get=0:new:3']);
    stream.resetDownstream();
    transcript.take();
    clock.advance(100);
    expect(transcript.take()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('take the shared data of their vm_id with them', () => {
    const { host, plugin } = start();
    host.configure(plugin('p', 'configure shared-set k v'));
    expect(host.environment.sharedData.keys('vm')).toEqual(['k']);
    host.remove('p');
    expect(host.environment.sharedData.keys('vm')).toEqual([]);
  });
});

describe('after a trap', () => {
  const TRAP = 'downstream_data@3 trap';

  it('FAIL_RELOAD refuses until the back-off is over, then makes a new VM for the plugin alone', () => {
    const { host, transcript, clock, plugin } = start({ workers: 1 });
    host.configure(plugin('assignment', '# 1'));
    host.configure(plugin('p', TRAP));
    const worker = host.worker();
    worker.connect('p').send(bytes('x'));
    expect(worker.vm('p')?.failed).toBe(true);
    expect(worker.connect('p').closed?.by).toBe('failed VM');
    clock.advance(1000);
    transcript.take();
    expect(worker.connect('p').open).toBe(true);
    expect(transcript.take().slice(0, 4)).toEqual([
      '1: create 1 0',
      '1: vm_start 1 0',
      '1: configure 1 22',
      '1: create 2 1',
    ]);
    expect(worker.vm('assignment')?.failed).toBe(true);
    expect(host.main.vm('p')?.failed).toBe(false);
  });

  it('FAIL_CLOSED refuses for good, FAIL_OPEN skips the filter', () => {
    for (const failurePolicy of ['FAIL_CLOSED', 'FAIL_OPEN'] as const) {
      const { host, clock, plugin } = start({ workers: 1 });
      host.configure({ ...plugin('p', 'downstream_data trap'), failurePolicy });
      host.worker().connect('p').send(bytes('x'));
      clock.advance(10_000);
      expect(host.worker().connect('p').open).toBe(failurePolicy === 'FAIL_OPEN');
    }
  });

  it('a push to the assignment plugin finds a fresh VM at once', () => {
    const { host, transcript, plugin } = start({ workers: 1 });
    host.configure(plugin('assignment', '# 1'));
    host.configure(plugin('p', TRAP));
    host.worker().connect('p').send(bytes('x'));
    transcript.take();
    host.configure(plugin('assignment', '# 2'));
    expect(transcript.take()).toContain('1: create 1 0');
    expect(host.worker().vm('assignment')?.failed).toBe(false);
  });
});

it('closes connections to a listener whose plugin was never configured', () => {
  const { host } = start();
  expect(host.worker().connect('p').closed).toEqual({ by: 'no configuration', local: true });
  expect(host.worker().request('p', { headers: [] }).closed).toBe('no configuration');
  expect(() => host.worker(3)).toThrow('there is no worker 3');
});

it('refuses a module that traps or calls what it may not while it starts', async () => {
  const { host } = start();
  const eager = WasmModule.compile(await compileProbe('eager'));
  expect(host.configure({ name: 'p', module: eager })).toEqual({
    accepted: false,
    reason: 'restricted_callback: proxy_set_tick_period_milliseconds is not allowed here',
  });
  expect(host.worker().connect('p').open).toBe(false);
});

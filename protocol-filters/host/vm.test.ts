import { describe, expect, it } from 'vitest';
import { properties, StrictError } from './environment.ts';
import { bytes, compileProbe, script, scripted, scriptModule, Transcript } from './probe.ts';
import { Vm } from './vm.ts';
import { WasmModule } from './wasm-module.ts';

describe('configuring a plugin', () => {
  it('creates a root context, starts and configures it', async () => {
    const transcript = new Transcript();
    const vm = new Vm(await scriptModule(), {
      environment: transcript.environment,
      vmConfiguration: bytes('abc'),
    });
    vm.configurePlugin({ name: 'p', configuration: script('configure get 6 0 10') });
    expect(transcript.take()).toEqual(['create 1 0', 'vm_start 1 3', 'configure 1 20', 'get=0:abc']);
  });

  it('makes a new root at every push, starts it too, and ends the old one at once without streams', async () => {
    const { vm, transcript } = await scripted([]);
    vm.configurePlugin({ name: 'probe', configuration: script('# 2') });
    expect(transcript.take()).toEqual(['create 2 0', 'vm_start 2 0', 'configure 2 3', 'done 1', 'delete 1']);
  });

  it('runs nothing for the same content', async () => {
    const { vm, transcript, handle } = await scripted(['# 1']);
    expect(vm.configurePlugin({ name: 'probe', configuration: script('# 1') })).toBe(handle);
    expect(transcript.take()).toEqual([]);
  });

  it('ends an old root with its last stream', async () => {
    const { vm, transcript, handle } = await scripted([]);
    const [one, two] = [vm.connect(handle), vm.connect(handle)];
    const next = vm.configurePlugin({ name: 'probe', configuration: script('# 2') });
    one.resetDownstream();
    transcript.take();
    two.resetDownstream();
    expect(transcript.take().slice(-3)).toEqual(['delete 3', 'done 1', 'delete 1']);
    vm.connect(next);
    expect(transcript.take()[0]).toBe('create 5 4');
    expect([vm.openStreams, vm.plugins.rootCount]).toEqual([1, 1]);
  });

  it('keeps the old configuration when the module refuses the new one', async () => {
    const { vm, transcript } = await scripted([]);
    expect(() => vm.configurePlugin({ name: 'probe', configuration: script('configure return 0') })).toThrow(
      'proxy_on_configure answered false',
    );
    expect(transcript.take()).not.toContain('done 1');
  });

  it('lets the plugin configuration be read in its own callbacks alone', async () => {
    const { vm, handle, transcript } = await scripted(['new_connection get 7 0 9', 'configure get 7 0 3']);
    vm.connect(handle);
    expect(transcript.take()).toContain('get=1:');
    vm.configurePlugin({ name: 'probe', configuration: script('configure get 7 0 3') });
    expect(transcript.take()).toContain('get=0:con');
  });

  it('defers the end of a root whose done answered false until it calls done', async () => {
    const { vm, transcript, clock } = await scripted(['done return 0', 'configure tick 100']);
    vm.configurePlugin({ name: 'probe', configuration: script('done return 0', 'tick@1 done') });
    vm.setTickPeriod(1, 100);
    expect(transcript.take()).toContain('done 1');
    expect(vm.plugins.rootCount).toBe(2);
    clock.advance(100);
    expect(transcript.take()).toEqual(['tick 1', 'done=0', 'delete 1']);
    expect(vm.plugins.rootCount).toBe(1);
  });
});

describe('ticks', () => {
  it('come every period until it is set to 0', async () => {
    const { transcript, clock } = await scripted(['configure tick 100']);
    clock.advance(250);
    expect(transcript.take()).toEqual(['tick 1', 'tick 1']);
  });

  it('can be ended from the tick itself', async () => {
    const { transcript, clock } = await scripted(['configure tick 100', 'tick tick 0']);
    clock.advance(1000);
    expect(transcript.take()).toEqual(['tick 1', 'tick=0']);
  });

  it('of an old root go on while one of its streams lives', async () => {
    const { vm, handle, transcript, clock } = await scripted(['configure tick 100']);
    const stream = vm.connect(handle);
    vm.configurePlugin({ name: 'probe', configuration: script('configure tick 150') });
    transcript.take();
    clock.advance(200);
    expect(transcript.take()).toEqual(['tick 1', 'tick 3', 'tick 1']);
    stream.resetDownstream();
    transcript.take();
    clock.advance(200);
    expect(transcript.take()).toEqual(['tick 3']);
  });

  it('see the time of the clock, and one set from a stream is that of its root', async () => {
    const { vm, handle, transcript, clock } = await scripted(['tick time', 'new_connection tick 7']);
    vm.connect(handle);
    transcript.take();
    clock.advance(7);
    expect(transcript.take()).toEqual(['tick 1', 'time=0:1700000000007000000']);
  });
});

describe('properties', () => {
  const given = properties({ 'source.address': '127.0.0.1:5', 'node.id': 'n' });

  it('are found by their path', async () => {
    const { vm, handle, transcript } = await scripted([
      'new_connection property source.address',
      'new_connection property source.port',
      'new_connection property plugin_name',
    ]);
    vm.connect(handle, { properties: given });
    expect(transcript.take().slice(2)).toEqual(['property=0:127.0.0.1:5', 'property=1:', 'property=0:probe']);
  });

  it('of the process are readable in a root', async () => {
    const { transcript, clock } = await scripted(['configure tick 1', 'tick property node.id'], {
      properties: given,
    });
    clock.advance(1);
    expect(transcript.take()).toContain('property=0:n');
  });

  it('that are maps of others have no value: those of streams, and one of the process', async () => {
    const { vm, handle, transcript, clock } = await scripted([
      'configure tick 1',
      'tick property source',
      'tick property xds',
      'new_connection property source',
      'new_connection property xds',
      'new_connection property nothing',
    ]);
    vm.connect(handle);
    clock.advance(1);
    const answers = transcript.take().filter((line) => line.startsWith('property'));
    expect(answers).toEqual(['property=3:', 'property=3:', 'property=1:', 'property=1:', 'property=3:']);
  });

  it('that a filter sets on a stream can be read back there, and not set on a root', async () => {
    const { vm, handle, transcript, clock } = await scripted([
      'configure tick 1',
      'tick set-property mine v',
      'new_connection set-property mine v',
      'new_connection property mine',
    ]);
    vm.connect(handle);
    clock.advance(1);
    expect(transcript.take()).toEqual([
      'create 2 1',
      'new_connection 2',
      'set-property=0',
      'property=0:v',
      'tick 1',
      'set-property=1',
    ]);
  });

  it('of the handshake appear with the first data', async () => {
    const { vm, handle, transcript } = await scripted([
      'new_connection property a',
      'downstream_data property a',
    ]);
    vm.connect(handle, { handshakeProperties: properties({ a: 'x' }) }).send(bytes('1'));
    expect(transcript.take().filter((line) => line.startsWith('property'))).toEqual([
      'property=1:',
      'property=0:x',
    ]);
  });
});

describe('filter state', () => {
  it('is set by the foreign function; unknown keys, bad values, roots and other functions are refused', async () => {
    const { vm, handle, transcript, clock } = await scripted([
      'configure tick 1',
      'tick state envoy.hashable_string x',
      'new_connection state envoy.hashable_string s1_3',
      'new_connection state envoy.nonsense x',
      'new_connection state envoy.tcp_proxy.per_connection_idle_timeout_ms soon',
      'new_connection foreign nonsense',
    ]);
    const stream = vm.connect(handle);
    clock.advance(1);
    expect(transcript.take().filter((line) => /^(state|foreign)=/.test(line))).toEqual([
      'state=0',
      'state=1',
      'state=2',
      'foreign=1',
      'state=1',
    ]);
    expect(stream.state('envoy.hashable_string')).toBe('s1_3');
    expect(stream.filterState.get('envoy.hashable_string')?.span).toBe(2);
  });
});

it('answers for call data with the buffer that was looked at last', async () => {
  const { vm, handle, transcript } = await scripted([
    'downstream_data get 8 0 9',
    'downstream_data get 2 0 9',
    'downstream_data get 8 0 9',
  ]);
  vm.connect(handle).send(bytes('abc'));
  expect(transcript.take().slice(-3)).toEqual(['get=0:', 'get=0:abc', 'get=0:abc']);
});

describe('memory', () => {
  it('for answers comes from the module and is counted', async () => {
    const { vm, handle } = await scripted(['downstream_data get 2 0 10']);
    const before = vm.allocations;
    vm.connect(handle).send(bytes('abc'));
    expect([vm.allocations - before, vm.hostCalls('proxy_get_buffer_bytes')]).toEqual([1, 2]);
  });

  it('refused by the module is InvalidMemoryAccess; an empty answer needs none', async () => {
    const { vm, handle, transcript } = await scripted([
      'new_connection refuse-memory',
      'downstream_data get 2 0 10',
      'downstream_data get 2 3 10',
    ]);
    vm.connect(handle).send(bytes('abc'));
    expect(transcript.take().slice(-2)).toEqual(['get=6:', 'get=0:']);
  });

  it('outside of the module is InvalidMemoryAccess', async () => {
    const { vm, handle, transcript } = await scripted([
      'downstream_data set-outside 2',
      'downstream_data get-outside 2',
    ]);
    vm.connect(handle).send(bytes('abc'));
    expect(transcript.take().slice(-2)).toEqual(['set-outside=6', 'get-outside=6']);
  });

  it('may grow during a callback', async () => {
    const { vm, handle, transcript } = await scripted([
      'downstream_data grow 3',
      'downstream_data get 2 0 10',
    ]);
    const pages = vm.memory.pages;
    vm.connect(handle).send(bytes('abc'));
    expect(transcript.take().slice(-1)).toEqual(['get=0:abc']);
    expect(vm.memory.pages).toBeGreaterThanOrEqual(pages + 3);
  });
});

describe('a trap', () => {
  it('closes the stream at once and every other of the VM at its next event, without a callback', async () => {
    const { vm, handle, transcript } = await scripted(['downstream_data@2 trap']);
    const options = { upstreamAddress: '127.0.0.1:1' };
    const [one, two, three] = [vm.connect(handle), vm.connect(handle, options), vm.connect(handle)];
    two.send(bytes('x'));
    transcript.take();
    one.send(bytes('x'));
    expect(transcript.take()).toEqual(['downstream_data 2 1 0']);
    expect(vm.failure).toContain('unreachable');
    expect([one.closed, two.closed, three.closed]).toEqual([
      { by: 'failed VM', local: true },
      undefined,
      undefined,
    ]);
    two.serverSends(bytes('y'));
    three.send(bytes('z'));
    expect([two.closed?.by, three.closed?.by]).toEqual(['failed VM', 'failed VM']);
    expect([two.atClient.length, three.atUpstream.length, transcript.take()]).toEqual([0, 0, []]);
    expect(vm.connect(handle).closed?.by).toBe('failed VM');
    expect(vm.openStreams).toBe(0);
  });

  it('ends the ticks', async () => {
    const { vm, transcript, clock } = await scripted(['configure tick 10', 'tick trap']);
    clock.advance(100);
    expect(transcript.take()).toEqual(['tick 1']);
    expect([vm.failed, clock.pending]).toEqual([true, 0]);
  });
});

describe('logging', () => {
  it('refuses a level that does not exist, and tells the level', async () => {
    const { vm, handle, transcript } = await scripted(
      ['new_connection level 6', 'new_connection log-level'],
      {
        logLevel: 1,
      },
    );
    vm.connect(handle);
    expect(transcript.take().slice(-2)).toEqual(['level=2', 'log-level=0:1']);
  });
});

describe('strict', () => {
  it('throws for a buffer outside of its callback', async () => {
    const { vm, handle } = await scripted(['new_connection get 2 0 1'], { strict: true });
    expect(() => vm.connect(handle)).toThrow(StrictError);
  });

  it('throws for closing what is no stream', async () => {
    const { clock } = await scripted(['configure tick 1', 'tick close 2'], { strict: true });
    expect(() => {
      clock.advance(1);
    }).toThrow('no such stream');
  });

  it('throws for memory outside of the module', async () => {
    const { vm, handle } = await scripted(['downstream_data set-outside 2'], { strict: true });
    const stream = vm.connect(handle);
    expect(() => {
      stream.send(bytes('x'));
    }).toThrow('outside of its memory');
  });
});

it('shares data between VMs of one vm_id, with compare and swap', async () => {
  const module = await scriptModule();
  const transcript = new Transcript();
  const make = (vmId: string, ...lines: string[]): Vm => {
    const vm = new Vm(module, { environment: transcript.environment, vmId });
    vm.configurePlugin({ name: 'p', configuration: script(...lines) });
    return vm;
  };
  make('one', 'configure shared-get k', 'configure shared-set k a', 'configure shared-get k');
  make('one', 'configure shared-set k b 9', 'configure shared-set k b 1', 'configure shared-get k');
  make('two', 'configure shared-get k');
  expect(transcript.take().filter((line) => line.startsWith('shared'))).toEqual([
    'shared-get=1::0',
    'shared-set=0',
    'shared-get=0:a:1',
    'shared-set=8',
    'shared-set=0',
    'shared-get=0:b:2',
    'shared-get=1::0',
  ]);
});

it('tells a queue on the thread that registered it, later', async () => {
  const { transcript, clock } = await scripted([
    'configure queue-register q',
    'configure queue-resolve q',
    'configure queue-resolve other',
    'configure queue-get 1',
    'configure queue-put 9 x',
    'configure queue-put 1 x',
    'queue_ready queue-get 1',
  ]);
  clock.advance(0);
  expect(transcript.take()).toEqual(['queue_ready 1 1', 'queue-get=0:x']);
});

it('counts, sets and records metrics of the process by name', async () => {
  const { transcript, vm } = await scripted([
    'configure tick 1',
    'tick metric-define 0 count',
    'tick metric-define 1 level',
    'tick metric-define 2 times',
    'tick metric-define 3 none',
    'tick metric-increment 4 2',
    'tick metric-increment 4 -1',
    'tick metric-record 5 7',
    'tick metric-increment 5 -3',
    'tick metric-record 6 11',
    'tick metric-increment 6 1',
    'tick metric-get 5',
    'tick metric-get 8',
  ]);
  vm.environment.clock.advance(1);
  const results = transcript.take().slice(1);
  expect(results.map((line) => line.split('=')[1])).toEqual([
    '0:4',
    '0:5',
    '0:6',
    '2:0',
    '0',
    '2',
    '0',
    '0',
    '0',
    '2',
    '0:4',
    '1:0',
  ]);
  const { metrics } = vm.environment;
  expect([metrics.value('count'), metrics.value('level'), metrics.samples('times')]).toEqual([2, 4, [11]]);
});

it('costs no host call, no allocation and no memory for a chunk that a filter lets pass', async () => {
  const vm = new Vm(WasmModule.compile(await compileProbe('line')));
  const handle = vm.configurePlugin({ name: 'line' });
  const stream = vm.connect(handle, { upstreamAddress: '127.0.0.1:1' });
  stream.send(bytes('\n'));
  const before = [vm.hostCalls(), vm.allocations, vm.memory.pages];
  for (let i = 0; i < 1000; i++) stream.send(bytes('chunk'));
  expect([vm.hostCalls(), vm.allocations, vm.memory.pages]).toEqual(before);
  expect(stream.atUpstream.length).toBe(5001);
});

it('takes a megabyte in single bytes held back by Pause without copying it for each', async () => {
  const vm = new Vm(WasmModule.compile(await compileProbe('line')));
  const stream = vm.connect(vm.configurePlugin({ name: 'line' }), { upstreamAddress: '127.0.0.1:1' });
  const [letter, end] = [bytes('x'), bytes('\n')];
  for (let i = 1; i < 1 << 20; i++) stream.send(letter);
  expect(stream.atUpstream.length).toBe(0);
  stream.send(end);
  expect(stream.atUpstream.length).toBe(1 << 20);
});

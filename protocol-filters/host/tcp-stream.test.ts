// Each of these was seen so on a real Envoy 1.40, unless its name says otherwise.
import { describe, expect, it } from 'vitest';
import { bytes, scripted } from './probe.ts';

const CONNECTED = { upstreamAddress: '127.0.0.1:1883' };
const PAUSE = 'new_connection return 1';

/** A connected stream of a script, its server reachable; what was logged so far is forgotten. */
async function connected(...lines: string[]) {
  const probe = await scripted([PAUSE, ...lines]);
  const stream = probe.vm.connect(probe.handle, CONNECTED);
  stream.send(bytes('hi'));
  stream.atUpstream.clear();
  probe.transcript.take();
  return { ...probe, stream };
}

describe('the order of callbacks', () => {
  it('of a connection that the client ends first', async () => {
    const { stream, transcript } = await connected();
    stream.endDownstream();
    stream.endUpstream();
    expect(transcript.take()).toEqual([
      'downstream_data 2 0 1',
      'upstream_data 2 0 1',
      'upstream_close 2 0',
      'downstream_close 2 1',
      'done 2',
      'log 2',
      'delete 2',
    ]);
    expect([stream.closed, stream.upstreamEnded, stream.clientEnded]).toEqual([
      { by: 'both', local: true },
      true,
      true,
    ]);
  });

  it('of a connection that the server ends first', async () => {
    const { stream, transcript } = await connected();
    stream.endUpstream();
    stream.endDownstream();
    expect(transcript.take()).toEqual([
      'upstream_data 2 0 1',
      'upstream_close 2 0',
      'downstream_data 2 0 1',
      'downstream_close 2 2',
      'done 2',
      'log 2',
      'delete 2',
    ]);
  });

  it('of a reset by the client: no data callback, closed by the peer', async () => {
    const { stream, transcript } = await connected();
    stream.resetDownstream();
    expect(transcript.take()).toEqual(['downstream_close 2 2', 'done 2', 'log 2', 'delete 2']);
  });

  it('of a reset by the server: no data callback, closed by the proxy', async () => {
    const { stream, transcript } = await connected();
    stream.resetUpstream();
    expect(transcript.take()).toEqual(['downstream_close 2 1', 'done 2', 'log 2', 'delete 2']);
    expect(stream.closed).toEqual({ by: 'server', local: true });
  });

  it('of a server that cannot be reached', async () => {
    const { vm, handle, transcript } = await scripted([PAUSE]);
    const stream = vm.connect(handle);
    stream.send(bytes('hi'));
    stream.upstreamConnectFailed();
    expect(transcript.take().slice(2)).toEqual([
      'downstream_data 2 2 0',
      'downstream_close 2 1',
      'done 2',
      'log 2',
      'delete 2',
    ]);
  });
});

describe('Pause', () => {
  it('accumulates what the client sends; Continue passes all of it on', async () => {
    const { stream, transcript } = await connected(
      'downstream_data once return 1',
      'downstream_data get 2 0 9',
    );
    // The first Pause was that of `hi`.
    stream.send(bytes('ab'));
    stream.send(bytes('cd'));
    expect(transcript.take()).toEqual([
      'downstream_data 2 4 0',
      'get=0:hiab',
      'downstream_data 2 2 0',
      'get=0:cd',
    ]);
    expect([stream.paused, stream.atUpstream.text]).toEqual([false, 'hiabcd']);
  });

  it('gives the size of all that is held, and the end of the stream', async () => {
    const { vm, handle, transcript } = await scripted(['downstream_data return 1']);
    const stream = vm.connect(handle);
    stream.send(bytes('ab'));
    stream.send(bytes('cd'), true);
    expect(transcript.take().slice(2)).toEqual(['downstream_data 2 2 0', 'downstream_data 2 4 1']);
    expect([stream.upstreamState, stream.open, stream.paused]).toEqual(['routed', true, true]);
  });

  it('can be ended from a tick, where the held bytes are still readable', async () => {
    const { vm, handle, transcript, clock } = await scripted([
      'configure tick 100',
      'downstream_data return 1',
      'tick effective 2',
      'tick get 2 0 9',
      'tick continue 2',
    ]);
    const stream = vm.connect(handle, CONNECTED);
    stream.send(bytes('ab'));
    clock.advance(100);
    expect(transcript.take().slice(3)).toEqual(['tick 1', 'effective=0', 'get=0:ab', 'continue=0']);
    expect(stream.atUpstream.text).toBe('ab');
    stream.send(bytes('cd'));
    expect(transcript.take()).toEqual(['downstream_data 2 2 0']);
  });

  it('together with proxy_continue_stream in the same callback passes the bytes on', async () => {
    const { stream } = await connected('downstream_data continue 2', 'downstream_data return 1');
    stream.send(bytes('yo'));
    expect(stream.atUpstream.text).toBe('yo');
  });

  it('of the server accumulates, swallows its FIN, and cannot be ended by proxy_continue_stream', async () => {
    const { stream, transcript } = await connected('upstream_data return 1', 'upstream_data continue 3');
    stream.serverSends(bytes('ab'));
    stream.serverSends(bytes('cd'));
    stream.endUpstream();
    expect(transcript.take()).toEqual([
      'upstream_data 2 2 0',
      'continue=12',
      'upstream_data 2 4 0',
      'continue=12',
      'upstream_data 2 4 1',
      'continue=12',
      'upstream_close 2 0',
    ]);
    expect([stream.atClient.length, stream.clientEnded, stream.open]).toEqual([0, false, true]);
  });
});

describe('tcp_proxy', () => {
  it('picks its route when the filter first lets go, and connects with the first bytes', async () => {
    const { vm, handle } = await scripted([PAUSE, 'downstream_data state envoy.hashable_string s_1']);
    const stream = vm.connect(handle);
    expect([stream.upstreamState, stream.routed]).toEqual(['idle', undefined]);
    stream.send(bytes('hi'));
    expect(stream.upstreamState).toBe('connecting');
    expect([...(stream.routed?.keys() ?? [])]).toEqual(['envoy.hashable_string']);
  });

  it('picks its route before any byte after Continue from new_connection', async () => {
    const { vm, handle } = await scripted(['downstream_data state envoy.hashable_string s_1']);
    const stream = vm.connect(handle);
    expect(stream.upstreamState).toBe('routed');
    stream.send(bytes('hi'));
    expect(stream.routed?.size).toBe(0);
    expect(stream.filterState.size).toBe(1);
  });

  it('never connects after Continue from a tick while no bytes come; under IMMEDIATE it does', async () => {
    const lines = ['configure tick 1', PAUSE, 'tick effective 2', 'tick continue 2'];
    for (const connectMode of ['ON_DOWNSTREAM_DATA', 'IMMEDIATE'] as const) {
      const { vm, handle, clock } = await scripted(lines);
      const stream = vm.connect(handle, { connectMode, ...CONNECTED });
      clock.advance(1);
      expect(stream.upstreamState).toBe(connectMode === 'IMMEDIATE' ? 'connected' : 'routed');
    }
  });

  it('keeps early bytes until the server is connected, and stops reading at its limit', async () => {
    const { vm, handle, transcript } = await scripted([PAUSE]);
    const stream = vm.connect(handle, { maxEarlyDataBytes: 4 });
    stream.send(bytes('abc'));
    stream.send(bytes('de'));
    transcript.take();
    stream.send(bytes('f'));
    stream.send(bytes('g'), true);
    expect([transcript.take(), stream.atUpstream.length]).toEqual([[], 0]);
    stream.upstreamConnected();
    expect(transcript.take()).toEqual(['downstream_data 2 2 1']);
    expect([stream.atUpstream.text, stream.upstreamEnded]).toEqual(['abcdefg', true]);
  });

  it('without early data reads nothing before the server is connected', async () => {
    const { vm, handle, transcript } = await scripted([]);
    const stream = vm.connect(handle, { connectMode: 'IMMEDIATE', maxEarlyDataBytes: null });
    stream.send(bytes('hi'));
    expect(transcript.take()).toEqual(['create 2 1', 'new_connection 2']);
    stream.upstreamConnected();
    expect(transcript.take()).toEqual(['downstream_data 2 2 0']);
    expect(stream.atUpstream.text).toBe('hi');
  });

  it('never connects for a FIN without a byte', async () => {
    const { vm, handle } = await scripted([PAUSE]);
    const stream = vm.connect(handle, CONNECTED);
    stream.endDownstream();
    expect([stream.upstreamState, stream.open]).toEqual(['routed', true]);
  });

  it('makes the server address readable once connected', async () => {
    const { vm, handle, transcript } = await scripted([PAUSE, 'downstream_data property upstream.address']);
    const stream = vm.connect(handle, CONNECTED);
    stream.send(bytes('a'));
    stream.send(bytes('b'));
    expect(transcript.take().filter((line) => line.startsWith('property'))).toEqual([
      'property=1:',
      'property=0:127.0.0.1:1883',
    ]);
  });
});

describe('buffers', () => {
  it('can be changed in their callback: replaced from the front, prepended, appended, not in the middle', async () => {
    const { stream, transcript } = await connected(
      'downstream_data set 2 0 1 Y',
      'downstream_data set 2 1 1 Z',
      'downstream_data set 2 100 0 END',
      'downstream_data set 2 0 0 >',
    );
    stream.send(bytes('hi'));
    expect(transcript.take()).toEqual(['downstream_data 2 2 0', 'set=0', 'set=2', 'set=0', 'set=0']);
    expect(stream.atUpstream.text).toBe('>YiEND');
  });

  it('outside of it are empty and cannot be written, without an error for a reader', async () => {
    const { vm, handle, transcript } = await scripted([
      'new_connection get 2 0 9',
      'new_connection length 3',
      'new_connection set 2 0 0 x',
      'new_connection get 4 0 1',
      'new_connection get 5 0 1',
      'new_connection get 9 0 1',
      'new_connection set 6 0 0 x',
    ]);
    vm.connect(handle);
    expect(transcript.take().slice(2)).toEqual([
      'get=0:',
      'length=0:0',
      'set=2',
      'get=1:',
      'get=0:',
      'get=2:',
      'set=2',
    ]);
  });

  it('for the client take bytes only while the server sends, its FIN included', async () => {
    const { stream, transcript, clock } = await connected(
      'downstream_data tick 1',
      'tick effective 2',
      'tick set 3 0 0 LOST',
      'upstream_data set 3 1000 0 !',
    );
    stream.send(bytes('x'));
    transcript.take();
    clock.advance(1);
    expect(transcript.take()).toEqual(['tick 1', 'effective=0', 'set=2']);
    stream.serverSends(bytes('a'));
    stream.endUpstream();
    expect([stream.atClient.text, stream.clientEnded]).toEqual(['a!!', true]);
  });
});

describe('proxy_close_stream', () => {
  it('in upstream_data loses the chunk and what was appended to it', async () => {
    const { stream, transcript } = await connected(
      'upstream_data set 3 1000 0 TAIL',
      'upstream_data close 3',
    );
    stream.serverSends(bytes('data'));
    expect(transcript.take().slice(-6)).toEqual([
      'set=0',
      'close=0',
      'downstream_close 2 1',
      'done 2',
      'log 2',
      'delete 2',
    ]);
    expect([stream.atClient.length, stream.closed?.by]).toEqual([0, 'filter']);
  });

  it('at the FIN of the server is followed by upstream_close after delete', async () => {
    const { stream, transcript } = await connected('upstream_data close 2');
    stream.endUpstream();
    expect(transcript.take().slice(-2)).toEqual(['delete 2', 'upstream_close 2 0']);
  });

  it('in downstream_data keeps the chunk from the server', async () => {
    const { stream } = await connected('downstream_data close 2');
    stream.send(bytes('x'));
    expect([stream.atUpstream.length, stream.closed?.by]).toEqual([0, 'filter']);
  });

  it('from a tick works on the effective context and ends it after the callback', async () => {
    const { vm, handle, transcript, clock } = await scripted([
      'configure tick 10',
      'tick effective 2',
      'tick close 2',
      'tick effective 1',
      'delete effective 2',
    ]);
    const stream = vm.connect(handle);
    transcript.take();
    clock.advance(10);
    expect(transcript.take()).toEqual([
      'tick 1',
      'effective=0',
      'close=0',
      'effective=0',
      'downstream_close 2 1',
      'done 2',
      'log 2',
      'delete 2',
      'effective=0',
    ]);
    clock.advance(10);
    expect(transcript.take().slice(0, 2)).toEqual(['tick 1', 'effective=2']);
    expect(stream.open).toBe(false);
  });

  it('without an effective context is Ok and closes nothing; a type that does not exist is BadArgument', async () => {
    const { vm, handle, transcript, clock } = await scripted([
      'configure tick 10',
      'tick close 2',
      'tick close 4',
      'tick continue 3',
    ]);
    const stream = vm.connect(handle);
    transcript.take();
    clock.advance(10);
    expect(transcript.take()).toEqual(['tick 1', 'close=0', 'close=2', 'continue=12']);
    expect(stream.open).toBe(true);
  });

  it('in new_connection closes before a byte is read', async () => {
    const { vm, handle, transcript } = await scripted(['new_connection close 2']);
    const stream = vm.connect(handle, CONNECTED);
    stream.send(bytes('late'));
    expect(transcript.take().slice(2)).toEqual([
      'close=0',
      'downstream_close 2 1',
      'done 2',
      'log 2',
      'delete 2',
    ]);
    expect([stream.upstreamState, vm.openStreams]).toEqual(['idle', 0]);
  });
});

describe('after the end', () => {
  it('bytes go nowhere and call nothing', async () => {
    const { stream, transcript } = await connected();
    stream.resetDownstream();
    transcript.take();
    stream.send(bytes('x'));
    stream.serverSends(bytes('y'));
    stream.endUpstream();
    stream.resetDownstream();
    expect([transcript.take(), stream.atUpstream.length, stream.atClient.length]).toEqual([[], 0, 0]);
  });

  it('a test that sends past a FIN is told so', async () => {
    const { stream } = await connected();
    stream.endDownstream();
    expect(() => {
      stream.send(bytes('x'));
    }).toThrow('has ended its stream');
  });
});

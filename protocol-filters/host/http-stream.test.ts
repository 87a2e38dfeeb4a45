// Each of these was seen so on a real Envoy 1.40, unless its name says otherwise.
import { describe, expect, it } from 'vitest';
import type { HttpStream } from './http-stream.ts';
import { bytes, scripted } from './probe.ts';
import type { Pairs } from './pairs.ts';

const GET: Pairs = [
  [':method', 'GET'],
  [':path', '/x'],
  [':authority', 'h'],
  [':scheme', 'http'],
];
const UPGRADE: Pairs = [...GET, ['connection', 'Upgrade'], ['upgrade', 'websocket']];
const OK: Pairs = [[':status', '200']];
const SWITCH: Pairs = [[':status', '101']];

async function requested(headers: Pairs, end: boolean, ...lines: string[]) {
  const probe = await scripted(lines);
  const stream = probe.vm.request(probe.handle, { headers, end });
  return { ...probe, stream };
}

describe('a request', () => {
  it('runs through all callbacks; log comes before done', async () => {
    const { stream, transcript } = await requested(
      GET,
      true,
      'request_headers header 0 :path',
      'response_headers header 0 :path',
      'log header 0 :path',
      'log header 2 :status',
      'done header 0 :path',
    );
    stream.respond(OK);
    stream.serverSends(bytes('ok'), true);
    expect(transcript.take()).toEqual([
      'create 2 1',
      'request_headers 2 4 1',
      'header=0:/x',
      'response_headers 2 1 0',
      'header=2:',
      'response_body 2 2 1',
      'log 2',
      'header=0:/x',
      'header=0:200',
      'done 2',
      'header=2:',
      'delete 2',
    ]);
    expect([stream.atClient.text, stream.clientEnded, stream.closed]).toEqual(['ok', true, 'answered']);
  });

  it('that the client drops ends without further callbacks', async () => {
    const { stream, transcript, vm } = await requested(GET, true);
    transcript.take();
    stream.resetDownstream();
    expect(transcript.take()).toEqual(['log 2', 'done 2', 'delete 2']);
    expect([stream.closed, vm.openStreams]).toEqual(['client reset', 0]);
  });

  it('whose server resets is answered 503 through the filter', async () => {
    const { stream, transcript } = await requested(GET, true);
    transcript.take();
    stream.resetUpstream();
    expect(transcript.take()).toEqual([
      'response_headers 2 3 0',
      'response_body 2 95 1',
      'log 2',
      'done 2',
      'delete 2',
    ]);
    expect(stream.clientHeaders?.get(':status')).toBe('503');
  });

  it('that the filter closes ends', async () => {
    const { stream, transcript } = await requested(GET, true, 'request_headers close 0');
    expect(transcript.take().slice(-4)).toEqual(['close=0', 'log 2', 'done 2', 'delete 2']);
    expect([stream.closed, stream.clientHeaders]).toEqual(['filter reset', undefined]);
  });

  it('with trailers in both directions tells them (not compared with Envoy)', async () => {
    const { stream, transcript } = await requested(GET, false);
    stream.send(bytes('a'));
    stream.sendTrailers([['t', '1']]);
    stream.respond(OK);
    stream.respondTrailers([['u', '1']]);
    expect(transcript.take().slice(2)).toEqual([
      'request_body 2 1 0',
      'request_trailers 2 1',
      'response_headers 2 1 0',
      'response_trailers 2 1',
      'log 2',
      'done 2',
      'delete 2',
    ]);
    expect([stream.upstreamEnded, stream.clientEnded]).toEqual([true, true]);
  });
});

describe('header maps', () => {
  it('can be read and changed in their callback', async () => {
    const { stream, transcript } = await requested(
      GET,
      true,
      'request_headers header-add 0 x-a 1',
      'request_headers header-add 0 X-A 2',
      'request_headers header 0 x-a',
      'request_headers header-replace 0 x-a 3',
      'request_headers header-remove 0 nothing',
      'request_headers header 0 nothing',
      'request_headers header-size 0',
      'request_headers header-pairs 0',
    );
    expect(transcript.take().slice(2)).toEqual([
      'header-add=0',
      'header-add=0',
      'header=0:1',
      'header-replace=0',
      'header-remove=0',
      'header=1:',
      'header-size=0:43',
      'header-pairs=0:5',
    ]);
    expect(stream.upstreamHeaders?.get('x-a')).toBe('3');
  });

  it('elsewhere are BadArgument, and pairs that are not there are Ok and none', async () => {
    const { transcript } = await requested(
      GET,
      true,
      'request_headers header 2 x',
      'request_headers header-add 2 x y',
      'request_headers header-pairs 2',
      'request_headers header 9 x',
      'request_headers header-size 4',
    );
    expect(transcript.take().slice(2)).toEqual([
      'header=2:',
      'header-add=2',
      'header-pairs=0:none',
      'header=2:',
      'header-size=2:0',
    ]);
  });

  it('can be set as a whole (not compared with Envoy)', async () => {
    const { stream } = await requested(GET, true, 'request_headers header-set-pairs 0 :path=/y,b=2');
    expect(stream.upstreamHeaders?.toPairs()).toEqual([
      [':path', '/y'],
      ['b', '2'],
    ]);
  });

  it('stay readable while the request is held, not after it was continued', async () => {
    const { transcript, clock } = await requested(
      GET,
      true,
      'configure tick 10',
      'request_headers return 1',
      'tick effective 2',
      'tick header 0 :path',
      'tick continue 0',
    );
    transcript.take();
    clock.advance(20);
    expect(transcript.take().filter((line) => line.startsWith('header'))).toEqual([
      'header=0:/x',
      'header=2:',
    ]);
  });

  it('give request properties', async () => {
    const { transcript } = await requested(
      GET,
      true,
      'request_headers property request.path',
      'request_headers property request.headers.host',
    );
    expect(transcript.take().slice(2)).toEqual(['property=0:/x', 'property=0:h']);
  });
});

describe('holding back', () => {
  it('at the headers keeps the body from the filter until it continues', async () => {
    const { stream, transcript, clock } = await requested(
      GET,
      false,
      'configure tick 10',
      'request_headers return 1',
      'request_body get 0 0 20',
      'tick effective 2',
      'tick continue 0',
    );
    stream.send(bytes('abc'));
    stream.send(bytes('def'), true);
    expect(transcript.take()).toEqual(['create 2 1', 'request_headers 2 4 0']);
    expect(stream.upstreamHeaders).toBeUndefined();
    clock.advance(10);
    expect(transcript.take()).toEqual([
      'tick 1',
      'effective=0',
      'continue=0',
      'request_body 2 6 1',
      'get=0:abcdef',
    ]);
    expect([stream.atUpstream.text, stream.upstreamEnded]).toEqual(['abcdef', true]);
  });

  it('with buffering shows all that is held, and Continue passes all of it on', async () => {
    const { stream, transcript } = await requested(
      GET,
      false,
      'request_body once return 1',
      'request_body get 0 0 20',
    );
    stream.send(bytes('abc'));
    expect(stream.atUpstream.length).toBe(0);
    stream.send(bytes('def'));
    stream.send(bytes('ghi'), true);
    expect(transcript.take().slice(2)).toEqual([
      'request_body 2 3 0',
      'get=0:abc',
      'request_body 2 6 0',
      'get=0:abcdef',
      'request_body 2 3 1',
      'get=0:ghi',
    ]);
    expect(stream.atUpstream.text).toBe('abcdefghi');
  });

  it('with buffering can be read, changed and continued from a tick', async () => {
    const { stream, transcript, clock } = await requested(
      GET,
      false,
      'configure tick 10',
      'request_body return 1',
      'tick effective 2',
      'tick get 0 0 20',
      'tick set 0 0 100 NEW',
      'tick continue 0',
    );
    stream.send(bytes('abc'));
    clock.advance(10);
    stream.send(bytes('def'));
    transcript.take();
    stream.send(new Uint8Array(0), true);
    clock.advance(10);
    expect(transcript.take()).toEqual([
      'request_body 2 3 1',
      'tick 1',
      'effective=0',
      'get=0:def',
      'set=0',
      'continue=0',
    ]);
    expect([stream.atUpstream.text, stream.upstreamEnded]).toEqual(['NEWNEW', true]);
  });

  it('with buffering, continued from a tick, passes later chunks on', async () => {
    const { stream, transcript, clock } = await requested(
      GET,
      false,
      'configure tick 10',
      'request_body once return 1',
      'request_body get 0 0 20',
      'tick effective 2',
      'tick continue 0',
    );
    stream.send(bytes('abc'));
    clock.advance(10);
    transcript.take();
    stream.send(bytes('def'));
    expect(transcript.take()).toEqual(['request_body 2 3 0', 'get=0:def']);
    expect(stream.atUpstream.text).toBe('abcdef');
  });

  it('without buffering leaves a body that crashes Envoy when it is read later', async () => {
    const { stream, clock } = await requested(
      GET,
      false,
      'configure tick 10',
      'request_body return 3',
      'tick effective 2',
      'tick get 0 0 9',
    );
    stream.send(bytes('abc'));
    expect(() => {
      clock.advance(10);
    }).toThrow('crashes Envoy');
  });
});

describe('proxy_send_local_response', () => {
  it('answers here, through the response callbacks, whatever the callback returns', async () => {
    const { stream, transcript } = await requested(
      GET,
      false,
      'request_headers local 403 no x=1',
      'response_headers header 2 content-type',
      'response_headers header-pairs 2',
      'response_body get 1 0 10',
    );
    stream.send(bytes('body'));
    expect(transcript.take()).toEqual([
      'create 2 1',
      'request_headers 2 4 0',
      'local=0',
      'response_headers 2 4 0',
      'header=0:text/plain',
      'header-pairs=0:4',
      'response_body 2 2 1',
      'get=0:no',
      'log 2',
      'done 2',
      'delete 2',
    ]);
    expect(stream.clientHeaders?.toPairs()).toEqual([
      [':status', '403'],
      ['x', '1'],
      ['content-length', '2'],
      ['content-type', 'text/plain'],
    ]);
    expect([stream.atClient.text, stream.upstreamHeaders, stream.closed]).toEqual([
      'no',
      undefined,
      'answered',
    ]);
    expect([stream.localResponse?.details, stream.localResponse?.grpcStatus]).toEqual([
      'by_the_probe',
      undefined,
    ]);
  });

  it('resets when the response is under way', async () => {
    const { stream, transcript } = await requested(UPGRADE, false, 'request_body local 400 x');
    expect(stream.clientHeaders?.get(':status')).toBe('400');
    const later = await requested(UPGRADE, false, 'response_body local 400 x');
    later.stream.respond(SWITCH);
    expect(later.stream.closed).toBe('filter reset');
    expect(transcript.take()).toContain('response_headers 2 3 0');
  });
});

describe('an upgraded connection', () => {
  async function upgraded(...lines: string[]) {
    const probe = await requested(UPGRADE, false, ...lines);
    probe.stream.respond(SWITCH);
    return probe;
  }

  it('gives both directions an empty body first, then the bytes', async () => {
    const { stream, transcript } = await upgraded(
      'request_body get 0 0 10',
      'response_body set 1 1000 0 TAIL',
    );
    stream.send(bytes('CC'));
    stream.serverSends(bytes('SS'));
    expect(transcript.take()).toEqual([
      'create 2 1',
      'request_headers 2 6 0',
      'request_body 2 0 0',
      'get=0:',
      'response_headers 2 1 0',
      'response_body 2 0 0',
      'set=0',
      'request_body 2 2 0',
      'get=0:CC',
      'response_body 2 2 0',
      'set=0',
    ]);
    expect([stream.atUpstream.text, stream.atClient.text]).toEqual(['CC', 'TAILSSTAIL']);
  });

  it('ends from the server with an empty body that does not say so', async () => {
    const { stream, transcript } = await upgraded('response_body set 1 1000 0 !');
    transcript.take();
    stream.endUpstream();
    expect(transcript.take()).toEqual(['response_body 2 0 0', 'set=0', 'log 2', 'done 2', 'delete 2']);
    expect(stream.atClient.text).toBe('!!');
  });

  it('ends from the client without a callback for its body', async () => {
    const { stream, transcript } = await upgraded();
    transcript.take();
    stream.resetDownstream();
    expect(transcript.take()).toEqual(['log 2', 'done 2', 'delete 2']);
  });

  it('keeps early bytes from the server until it agreed', async () => {
    const { stream } = await requested(UPGRADE, false);
    stream.send(bytes('XY'));
    expect(stream.atUpstream.length).toBe(0);
    stream.respond(SWITCH);
    expect(stream.atUpstream.text).toBe('XY');
  });

  it('that the server refuses is an ordinary response', async () => {
    const { stream, transcript } = await requested(UPGRADE, false);
    transcript.take();
    stream.respond([[':status', '403']]);
    stream.serverSends(bytes('no'));
    stream.endUpstream();
    expect(transcript.take()).toEqual([
      'response_headers 2 1 0',
      'response_body 2 2 0',
      'response_body 2 0 1',
      'log 2',
      'done 2',
      'delete 2',
    ]);
  });
});

describe('a trap', () => {
  const ends = (stream: HttpStream) => [
    stream.clientHeaders?.get(':status'),
    stream.localResponse?.details,
    stream.closed,
  ];

  it('answers 503 at once, others when their next event comes, and resets responses under way', async () => {
    const { vm, handle, stream, transcript } = await requested(GET, true, 'request_headers@4 trap');
    const open = vm.request(handle, { headers: UPGRADE });
    open.respond(SWITCH);
    transcript.take();
    const trapping = vm.request(handle, { headers: GET, end: true });
    expect(ends(trapping)).toEqual(['503', 'wasm_fail_stream', 'answered']);
    expect([stream.open, open.open]).toEqual([true, true]);
    stream.respond(OK);
    open.serverSends(bytes('x'));
    expect(ends(stream)).toEqual(['503', 'wasm_fail_stream', 'answered']);
    expect([open.closed, open.atClient.length]).toEqual(['filter reset', 0]);
    expect(transcript.take()).toEqual(['create 4 1', 'request_headers 4 4 1']);
  });
});

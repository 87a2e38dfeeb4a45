import { describe, expect, it } from 'vitest';
import { bytes, script, scripted } from './probe.ts';

/** A script whose commands run in the first tick. */
async function ticked(lines: readonly string[], clusters?: ReadonlySet<string>) {
  const probe = await scripted(['configure tick 5', 'tick tick 0', ...lines], { clusters });
  probe.clock.advance(5);
  return { ...probe, log: probe.transcript.take().slice(2) };
}

const HEADERS = ':path=/,:method=GET,:authority=x';

describe('a gRPC call', () => {
  it('is recorded, and answered once', async () => {
    const { vm, transcript, log } = await ticked([
      'tick grpc xds',
      'grpc_receive get 5 0 9',
      'grpc_receive grpc-cancel 5',
    ]);
    expect(log).toEqual(['grpc=0:5']);
    const call = vm.callouts.grpc[0];
    expect([call?.cluster, call?.service, call?.method, call?.state]).toEqual([
      'xds',
      'Service',
      'Method',
      'open',
    ]);
    expect(call?.messages.map(String)).toEqual(['xds']);
    vm.callouts.grpcReceive(5, bytes('yes'));
    expect(transcript.take()).toEqual(['grpc_receive 1 5 3', 'get=0:yes', 'grpc-cancel=0']);
    expect(() => {
      vm.callouts.grpcReceive(5, bytes('again'));
    }).toThrow('no open grpc call');
  });

  it('that fails is told with its status', async () => {
    const { vm, transcript } = await ticked(['tick grpc xds', 'grpc_close status']);
    vm.callouts.grpcClose(5, 14, 'down');
    expect(transcript.take()).toEqual(['grpc_close 1 5 14', 'status=0:14:down']);
    expect(vm.callouts.grpc[0]?.state).toBe('answered');
  });

  it('to a cluster that does not exist is ParseFailure', async () => {
    expect((await ticked(['tick grpc nope'], new Set(['xds']))).log).toEqual(['grpc=4:0']);
  });

  it('can be cancelled; unknown tokens are NotFound, others BadArgument', async () => {
    const lines = [
      'tick grpc xds',
      'tick grpc-cancel 5',
      'tick grpc-cancel 5',
      'tick grpc-close 9',
      'tick grpc-close 8',
    ];
    const { vm, log } = await ticked([...lines, 'tick grpc-send 5']);
    expect(log.slice(1)).toEqual([
      'grpc-cancel=0',
      'grpc-cancel=1',
      'grpc-close=1',
      'grpc-close=2',
      'grpc-send=2',
    ]);
    expect(vm.callouts.grpc[0]?.state).toBe('cancelled');
  });

  it('is cancelled in silence when a push ends its root', async () => {
    const { vm, transcript } = await ticked(['tick grpc xds']);
    vm.configurePlugin({ name: 'probe', configuration: script('# 2') });
    expect(vm.callouts.grpc[0]?.state).toBe('cancelled');
    expect(transcript.take()).not.toContainEqual(expect.stringContaining('grpc_close'));
  });
});

describe('a gRPC stream', () => {
  it('takes and gives messages until its peer ends it', async () => {
    const { vm, transcript, log } = await ticked(['tick grpc-stream xds', 'tick grpc-send 6']);
    expect(log).toEqual(['grpc-stream=0:6', 'grpc-send=0']);
    expect(vm.callouts.grpc[0]?.messages.map(String)).toEqual(['Service']);
    vm.callouts.grpcReceive(6, bytes('1'));
    vm.callouts.grpcReceive(6, bytes('22'));
    vm.callouts.grpcClose(6, 0);
    expect(transcript.take()).toEqual(['grpc_receive 1 6 1', 'grpc_receive 1 6 2', 'grpc_close 1 6 0']);
  });
});

describe('an HTTP call', () => {
  it('is recorded, and its answer readable in the callback alone', async () => {
    const { vm, transcript, log } = await ticked([
      `tick http up ${HEADERS}`,
      'http_answer get 4 0 9',
      'http_answer header 6 :status',
    ]);
    expect(log).toEqual(['http=0:4']);
    expect(String(vm.callouts.http[0]?.body)).toBe('body');
    vm.callouts.httpAnswer(4, { headers: [[':status', '200']], body: bytes('ok') });
    expect(transcript.take()).toEqual(['http_answer 1 4 1 2 0', 'get=0:ok', 'header=0:200']);
  });

  it('without an answer is told with zeros', async () => {
    const { vm, transcript } = await ticked([
      `tick http up ${HEADERS}`,
      'http_answer get 4 0 9',
      'http_answer status',
    ]);
    vm.callouts.httpFailure(4);
    expect(transcript.take()).toEqual(['http_answer 1 4 0 0 0', 'get=1:', 'status=0:11:reset']);
  });

  it('without path, method and authority, or to an unknown cluster, is BadArgument', async () => {
    const { log } = await ticked(['tick http up a=b', `tick http nope ${HEADERS}`], new Set(['up']));
    expect(log).toEqual(['http=2:0', 'http=2:0']);
  });
});

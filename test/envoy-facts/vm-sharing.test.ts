import { request } from 'node:http';
import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { EchoServer } from '../harness/server.ts';
import { ProbeBed, vmOf } from './probe-bed.ts';

async function bed(workers = 1) {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await EchoServer.start());
  const probed = cleanup.own(
    await ProbeBed.start({
      plugins: [
        { name: 'tcp', probe: 'generations', text: 'first' },
        { name: 'web', on: 'websocket', probe: 'generations', text: 'first' },
      ],
      servers: [{ id: 'a', host: server.host, port: server.port }],
      workers,
    }),
  );
  /** Opens a TCP connection, sends its name, and gives what the probe said about it. */
  const visit = async (name: string) => {
    const device = cleanup.own(await probed.device('tcp', name));
    await device.waitForBytes(name.length);
    return { device, line: (await probed.waitForSaid(new RegExp(`sees ${name} `)))[0]! };
  };
  /** A request to the HTTP plugin: its answer is `vm <number> visits <count>`. */
  const ask = () =>
    new Promise<string>((resolve, reject) => {
      const { host, port } = probed.at('web');
      const call = request({ host, port, agent: false }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve(body));
      });
      call.on('error', reject);
      call.end();
    });
  return { bed: probed, visit, ask };
}

it('network and HTTP plugins with equal vm_id, code and VM configuration share one VM per worker, globals and all', async () => {
  const { bed: probed, visit, ask } = await bed();
  const first = await visit('one');
  expect(first.line).toMatch(/^vm \d+ sees one visits 1 chunk 1 under first$/);
  const vm = vmOf(first.line);
  expect(await ask()).toBe(`vm ${vm} visits 2`);
  expect((await visit('two')).line).toContain(`vm ${vm} sees two visits 3 `);
  // Each plugin was configured in the worker's VM, in the main thread's, and before that in a VM of its own that was
  // thrown away again (the canary).
  const accepted = probed.said(/accepts/).map(vmOf);
  const times = [...new Set(accepted)].map((n) => accepted.filter((other) => other === n).length);
  expect(times.sort()).toEqual([1, 1, 2, 2]);
  // The worker's, the main thread's, and the base VM that all are made from.
  expect(await probed.envoy.counter('wasm.envoy.wasm.runtime.v8.active')).toBe(3);
});

it('another VM configuration makes a new VM of the same code, one per thread, with fresh globals', async () => {
  const { bed: probed, visit, ask } = await bed();
  const before = await visit('before');
  await probed.apply('tcp', { generation: '2', text: 'second' });
  await probed.waitForSaid(/accepts second/, 2);
  const after = await visit('after');
  expect(vmOf(after.line)).not.toBe(vmOf(before.line));
  expect(after.line).toContain('visits 1 chunk 1 under second');
  // The plugin that was not pushed stays in the old one.
  expect(await ask()).toBe(`vm ${vmOf(before.line)} visits 2`);
  await probed.apply('web', { generation: '2', text: 'second' });
  await probed.waitForSaid(/accepts second/, 4);
  expect(await ask()).toBe(`vm ${vmOf(after.line)} visits 2`);
});

it('new code makes a new VM; a connection of the old one stays in it, and its root goes on ticking', async () => {
  const { bed: probed, visit } = await bed();
  const old = await visit('old');
  await probed.apply('tcp', { codeNote: 'other code', text: 'second' });
  await probed.waitForSaid(/accepts second/, 2);
  const fresh = await visit('fresh');
  expect(vmOf(fresh.line)).not.toBe(vmOf(old.line));
  await old.device.send('more');
  const more = (await probed.waitForSaid(/sees more /))[0]!;
  expect(more).toBe(`vm ${vmOf(old.line)} sees more visits 1 chunk 2 under first`);
  const ticks = await probed.envoy.counter('wasmcustom.ticks.first');
  await probed.envoy.waitForStat('wasmcustom.ticks.first', ticks + 3);
});

it('shared data crosses between VMs of one vm_id, from the new code to the old and back', async () => {
  const { bed: probed, visit } = await bed();
  const old = await visit('old');
  // The old code's plugin stays on the HTTP listener, so that it can still be told to write.
  await probed.apply('tcp', { codeNote: 'other code', text: 'd-by-new' });
  const fresh = await visit('fresh');
  expect(vmOf(fresh.line)).not.toBe(vmOf(old.line));
  await probed.waitForSaid(new RegExp(`^vm ${vmOf(old.line)} reads d-by-new$`));
  await probed.apply('web', { text: 'd-by-old' });
  await probed.waitForSaid(new RegExp(`^vm ${vmOf(fresh.line)} reads d-by-old$`));
});

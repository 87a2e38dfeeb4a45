import { expect, it } from 'vitest';
import { AdminServer } from './server.ts';
import { TestReplica } from './testing.ts';

it('refuses to listen off loopback without a token, and with one that can be guessed', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'localhost.example']) {
    await expect(new AdminServer(new TestReplica().context(), { host }).start()).rejects.toMatchObject({
      code: 'COHORT_ADMIN_TOKEN',
    });
  }
  const context = new TestReplica().context({ token: 'short' });
  await expect(new AdminServer(context).start()).rejects.toMatchObject({ code: 'COHORT_ADMIN_TOKEN' });
});

it('listens on loopback without one, and stops with connections open', async () => {
  const server = new AdminServer(new TestReplica().context());
  const port = await server.start();
  expect(await server.start()).toBe(port);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  const second = new AdminServer(new TestReplica().context(), { port });
  await expect(second.start()).rejects.toMatchObject({ code: 'COHORT_ADMIN_PORT' });
  await second.stop();
  await server.stop();
  await server.stop();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Ports } from './ports.ts';

it('gives free ports, each once', async () => {
  // The same number again and again, and then others.
  const numbers = [0.5, 0.5, 0.5, 0.25, 0.75];
  let next = 0;
  const ports = new Ports(undefined, () => numbers[next++] ?? Math.random());
  const given = [await ports.next(), await ports.next(), await ports.next()];
  expect(new Set(given).size).toBe(3);
  expect(given.every((port) => port >= 15_000 && port < 32_000)).toBe(true);
});

it('counts up from the base port, and says when one is in use', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  try {
    await expect(new Ports(port).next()).rejects.toThrow(
      `port ${port} of 127.0.0.1 is in use: take another --base-port`,
    );
  } finally {
    taken.close();
  }
  await expect(new Ports(65_536).next()).rejects.toThrow('take a lower --base-port');
});

import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cleanup } from './cleanup.ts';
import { freePort, tmpDir } from './machine.ts';
import { Changes, Fatal, waitFor, WaitTimeout } from './wait.ts';

test('waitFor gives what the condition gives, once it is neither false, undefined nor null', async () => {
  const answers = [false, undefined, null, 0];
  expect(await waitFor(() => answers.shift())).toBe(0);
});

test('waitFor names what did not come about, the state seen last and the last error', async () => {
  const failing = waitFor(
    () => {
      throw new Error('refused');
    },
    { timeout: 30, what: 'the door to open', describe: () => ({ door: 'shut' }) },
  );
  await expect(failing).rejects.toThrow(
    "waiting for the door to open: not so after 30 ms; seen last: { door: 'shut' }",
  );
  await expect(failing).rejects.toMatchObject({ cause: { message: 'refused' } });
});

test('waitFor ends at once on a fatal error', async () => {
  let calls = 0;
  const fatal = waitFor(() => {
    calls++;
    throw new Fatal('the process has ended');
  });
  await expect(fatal).rejects.toThrow('the process has ended');
  expect(calls).toBe(1);
});

test('Changes.until looks at every notification, times out, and rejects when the probe throws', async () => {
  const changes = new Changes();
  let value: number | undefined;
  const waiting = changes.until(() => value);
  value = 7;
  changes.notify();
  expect(await waiting).toBe(7);
  await expect(changes.until(() => false, { timeout: 20 })).rejects.toThrow(WaitTimeout);
  const throwing = changes.until(() => {
    if (value === 8) throw new Error('too far');
    return undefined;
  });
  value = 8;
  changes.notify();
  await expect(throwing).rejects.toThrow('too far');
});

test('a free port is free', async () => {
  const port = await freePort();
  const refused = await new Promise<string>((resolve) => {
    connect(port, '127.0.0.1').on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  expect(refused).toBe('ECONNREFUSED');
});

test('a temporary directory is removed with its content', () => {
  const dir = tmpDir();
  writeFileSync(join(dir.path, 'file'), 'x');
  dir.stop();
  expect(existsSync(dir.path)).toBe(false);
  dir.stop();
});

test('cleanup stops everything, last started first, and names what failed', async () => {
  const order: string[] = [];
  const cleanup = new Cleanup();
  cleanup.own({ stop: () => void order.push('first') });
  cleanup.defer('the stubborn one', () => {
    order.push('second');
    throw new Error('will not');
  });
  cleanup.own({ stop: async () => void order.push('third') });
  await expect(cleanup.run()).rejects.toThrow('could not stop the stubborn one: Error: will not');
  expect(order).toEqual(['third', 'second', 'first']);
  await cleanup.run();
  expect(order).toHaveLength(3);
});

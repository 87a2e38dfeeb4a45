import { expect, it } from 'vitest';
import { Hopeless, until } from './until.ts';

const options = { timeoutMs: 10_000, intervalMs: 1 };

it('looks until there is something', async () => {
  let looks = 0;
  const found = await until(
    'a number',
    () => {
      if (++looks === 1) throw new Error('not yet');
      return looks === 3 && looks;
    },
    options,
  );
  expect(found).toBe(3);
});

it('says what it waited for, and why not', async () => {
  const never = until(
    'the moon',
    () => {
      throw new Error('it is day');
    },
    { timeoutMs: 5, intervalMs: 1 },
  );
  await expect(never).rejects.toThrow('waiting for the moon: not so after 0.005 s; it is day');
});

it('ends at once when it is hopeless, or interrupted', async () => {
  const hopeless = until('it', () => Promise.reject(new Hopeless('it is gone')), options);
  await expect(hopeless).rejects.toThrow('it is gone');
  const controller = new AbortController();
  const interrupted = until(
    'it',
    () => {
      controller.abort(new Error('it was interrupted'));
      return false;
    },
    { ...options, signal: controller.signal },
  );
  await expect(interrupted).rejects.toThrow('it was interrupted');
});

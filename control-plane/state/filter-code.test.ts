import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadFilterCode } from './filter-code.ts';

const directory = mkdtempSync(join(tmpdir(), 'cohort-filter-code-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('loads a WebAssembly binary and nothing else', async () => {
  const path = join(directory, 'code.wasm');
  writeFileSync(path, '\0asm\x01\0\0\0');
  expect(await loadFilterCode(path, '3')).toEqual({ code: Buffer.from('\0asm\x01\0\0\0'), generation: '3' });
  writeFileSync(path, 'text');
  await expect(loadFilterCode(path)).rejects.toMatchObject({ code: 'COHORT_FILTER_CODE' });
  await expect(loadFilterCode(join(directory, 'none'))).rejects.toMatchObject({ code: 'COHORT_FILTER_CODE' });
});

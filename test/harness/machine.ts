/** What a test borrows from the machine: ports and temporary directories. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenOrphaned } from './watchdog.ts';

/**
 * A TCP port that is free on `host` now. Another process may take it before you do: prefer binding port 0,
 * and use this only for programs that cannot.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

export interface TmpDir {
  readonly path: string;
  /** Removes the directory and all in it; safe to call twice. */
  stop(): void;
}

/** Makes a temporary directory that is removed by `stop()`, or at the latest when this process has ended. */
export function tmpDir(label = 'test'): TmpDir {
  const path = mkdtempSync(join(tmpdir(), `cohort-${label}-`));
  const release = whenOrphaned(['rm', '-rf', path]);
  return {
    path,
    stop: () => {
      rmSync(path, { recursive: true, force: true });
      release();
    },
  };
}

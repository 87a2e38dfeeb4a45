/** The registry of `cleanup.ts` tied to vitest's life cycle. Import only from tests. */
import { afterAll, onTestFinished } from 'vitest';
import { Cleanup } from './cleanup.ts';

/** Bound on stopping everything, in milliseconds: an Envoy that ignores SIGTERM takes 5 s of it. */
const CLEANUP_TIMEOUT_MS = 60_000;

/** A registry that is run when all tests of the enclosing file or `describe` are over. Call it at that level. */
export function cleanupAfterAll(): Cleanup {
  const cleanup = new Cleanup();
  afterAll(() => cleanup.run(), CLEANUP_TIMEOUT_MS);
  return cleanup;
}

/** A registry that is run when the current test is over, passed or failed. Call it inside a test. */
export function cleanupAfterTest(): Cleanup {
  const cleanup = new Cleanup();
  onTestFinished(() => cleanup.run(), CLEANUP_TIMEOUT_MS);
  return cleanup;
}

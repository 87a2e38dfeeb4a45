/** Vitest's global set-up: tests load filters and run programs from `build/`, and must not meet old ones. */
import { bundlePrograms } from './programs.ts';

export async function setup(): Promise<void> {
  await import('../../protocol-filters/build.ts');
  await bundlePrograms();
}

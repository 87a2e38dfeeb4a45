/** Vitest's global set-up: tests load compiled filters and probes from `build/`, and must not meet old ones. */
export async function setup(): Promise<void> {
  await import('../../protocol-filters/build.ts');
}

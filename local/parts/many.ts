/** Several parts of one kind. */
import type { Part } from '../topology.ts';

/** Ids: `proxy-1`, `proxy-2` and so on. */
export function numbered(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${what}-${i + 1}`);
}

/** For people: `1 proxy`, `3 proxies`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** All at once; waits for all of them, so that nothing starts after an error. @throws the first error */
export async function startParts(parts: readonly Part[]): Promise<void> {
  const results = await Promise.allSettled(parts.map((part) => part.start()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

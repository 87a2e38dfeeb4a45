/** JSON pointers: RFC 6901. Pure. */

/** @returns the names on the way; undefined: it is no pointer */
export function parsePointer(text: string): string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** @returns undefined where it leads to nothing */
export function follow(pointer: readonly string[], value: unknown): unknown {
  let at = value;
  for (const name of pointer) {
    if (Array.isArray(at)) {
      // Section 4: no leading zeros.
      at = /^(0|[1-9]\d*)$/.test(name) ? (at as unknown[])[Number(name)] : undefined;
    } else if (typeof at === 'object' && at !== null && Object.hasOwn(at, name)) {
      at = (at as Record<string, unknown>)[name];
    } else return undefined;
  }
  return at;
}

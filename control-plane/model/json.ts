/** JSON with a schema: what is stored is read through it, or not at all. Pure. */
import type { z } from 'zod';

export type Decoded<T> = { readonly value: T } | { readonly why: string };

/** @returns the value, or in one line why it is none */
export function decodeJson<T>(schema: z.ZodType<T>, bytes: Uint8Array): Decoded<T> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return { why: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  );
  return { why: issues.join('; ') };
}

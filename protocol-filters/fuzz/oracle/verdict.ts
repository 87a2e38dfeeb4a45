/** What a filter must do with a device, said independently of how it does it. */

/** The names under which the filter counts refusals. */
export const REASONS = [
  'not_protocol',
  'too_large',
  'incomplete',
  'timeout',
  'organization_missing',
  'organization_empty',
  'organization_too_long',
  'organization_not_text',
  'no_assignment',
  'no_server',
  'internal',
  'organization_mismatch',
  'organization_unknown',
] as const;
export type Reason = (typeof REASONS)[number];

export type Verdict =
  { kind: 'wait' } | { kind: 'refuse'; reason: Reason } | { kind: 'organization'; bytes: Buffer };

export const WAIT: Verdict = { kind: 'wait' };

export function refuse(reason: Reason): Verdict {
  return { kind: 'refuse', reason };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes of the field that names the organization: 1 to 256 bytes of UTF-8 without U+0000 [MQTT-1.5.4-2]. */
export function organization(bytes: Uint8Array): Verdict {
  if (bytes.length === 0) return refuse('organization_empty');
  if (bytes.length > 256) return refuse('organization_too_long');
  if (bytes.includes(0)) return refuse('organization_not_text');
  try {
    decoder.decode(bytes);
  } catch {
    return refuse('organization_not_text');
  }
  return { kind: 'organization', bytes: Buffer.from(bytes) };
}

/** The part before the first `delimiter`, or all. */
export function before(bytes: Uint8Array, delimiter: string): Uint8Array {
  const at = bytes.indexOf(delimiter.charCodeAt(0));
  return at < 0 ? bytes : bytes.subarray(0, at);
}

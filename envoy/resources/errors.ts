/** Every reason why a resource is refused before it is sent, with what it means and what to do about it. */
export const RESOURCE_ERRORS = {
  unknown_type: 'The @type or message name is not part of the Envoy v3 API: check its spelling.',
  unknown_field:
    'The message has no field of that name: fields are written in snake_case, as in Envoy’s reference.',
  deprecated:
    'Envoy has deprecated the field or enum value and warns about it: use what its reference names instead.',
  unknown_enum_value: 'The enum has no value of that name: use one of its names, not its numbers.',
  wrong_shape: 'The value is not the JSON that the field’s type asks for.',
  missing: 'A field that Envoy requires is left out.',
  oneof_conflict: 'Two fields were set of which Envoy takes only one.',
  broken_rule:
    'The value breaks a rule that Envoy itself would check (validate.rules), which it would answer by a NACK.',
} as const;

export type ResourceErrorCode = keyof typeof RESOURCE_ERRORS;

/** A resource that Envoy would not take, found while it was being encoded. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError';

  /**
   * @param code   one of {@link RESOURCE_ERRORS}
   * @param type   full name of the resource's message
   * @param path   the field, from the resource's root: `filter_chains[0].filters[1].typed_config.stat_prefix`; empty
   *               for the root itself. A map's entry is written `filter_metadata["envoy.lb"]`.
   * @param value  what stands there
   * @param rule   what must stand there instead, in words that complete the sentence "it …"
   */
  constructor(
    readonly code: ResourceErrorCode,
    readonly type: string,
    readonly path: string,
    readonly value: unknown,
    readonly rule: string,
  ) {
    super(`${type}: ${path === '' ? 'the resource' : path} ${rule}, is ${shown(value)} (${code})`);
  }
}

/** What goes up from the place of an error to the root, collecting the path; `encode` makes a ResourceError of it. */
export class Fault extends Error {
  path = '';

  constructor(
    readonly code: ResourceErrorCode,
    readonly value: unknown,
    readonly rule: string,
  ) {
    super(rule);
  }

  /** Puts a step in front of the path: `.name`, `[3]` or `["key"]`. */
  under(step: string): this {
    this.path = step + this.path;
    return this;
  }
}

/** Runs `action`; a fault it throws gets `step` put in front of its path. */
export function under(step: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw error instanceof Fault ? error.under(step) : error;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'left out';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? typeof value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

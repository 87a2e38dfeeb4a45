/**
 * The rules of protoc-gen-validate (`validate.rules`), which Envoy checks on everything it is sent:
 * https://github.com/bufbuild/protoc-gen-validate/blob/main/validate/validate.proto
 */

/** Returns what a value must be, in words that complete "it …", or undefined when it is that. */
export type Check<T> = (value: T) => string | undefined;

/** A message of validate.proto as the registry reads it: own enumerable properties are the fields set. */
export type RuleMessage = Readonly<Record<string, unknown>>;

/** The rules set in a message of validate.proto, by their names (camelCase). */
export function rulesIn(message: RuleMessage): [name: string, value: unknown][] {
  return Object.entries(message).filter(
    ([name, value]) =>
      !name.startsWith('$') &&
      value !== undefined &&
      !(Array.isArray(value) && value.length === 0) &&
      // A oneof of which no field is set.
      !(typeof value === 'object' && value !== null && 'case' in value && value.case === undefined),
  );
}

/** Makes one check of a table of rule makers. A rule the table does not know is an error: none may go unchecked. */
export function compileRules<T>(
  where: string,
  message: RuleMessage,
  makers: Readonly<Record<string, (value: never) => Check<T>>>,
  isEmpty: (value: T) => boolean = () => false,
): Check<T> {
  let ignoreEmpty = false;
  const checks: Check<T>[] = [];
  for (const [name, value] of rulesIn(message)) {
    if (name === 'ignoreEmpty') {
      ignoreEmpty = value === true;
      continue;
    }
    const maker = makers[name];
    if (maker === undefined) throw new Error(`${where}: the validation rule ${name} is not known; add it`);
    checks.push(maker(value as never));
  }
  return (value) => {
    if (ignoreEmpty && isEmpty(value)) return undefined;
    for (const check of checks) {
      const broken = check(value);
      if (broken !== undefined) return broken;
    }
    return undefined;
  };
}

/** `1 item`, `2 items`. */
export const count = (n: bigint, what: string): string => `${n} ${what}${n === 1n ? '' : 's'}`;

/** A check by a predicate. */
export function must<T>(words: string, holds: (value: T) => boolean): Check<T> {
  return (value) => (holds(value) ? undefined : `must ${words}`);
}

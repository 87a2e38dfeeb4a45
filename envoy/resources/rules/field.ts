import { getOption, hasOption, type DescEnum, type DescField, type DescOneof } from '@bufbuild/protobuf';
import type { DescExtension } from '@bufbuild/protobuf';
import { registry } from '../../api/descriptors.ts';
import { compileRules, count, must, type Check, type RuleMessage } from './rule.ts';
import { boolRules, bytesRules, enumRules, numberRules } from './scalar.ts';
import { stringRules } from './string.ts';
import { durationRules } from './time.ts';

/** What `validate.rules` asks of one field. */
export interface FieldRules {
  /** A message field, or an Any or duration, that must be set. */
  readonly required: boolean;
  /** On the value of a singular scalar or enum; on the value in a wrapper; on a duration's nanoseconds. */
  readonly value?: Check<never>;
  /** On the number of a list's items or a map's entries. */
  readonly size?: Check<number>;
  /** On each item of a list, or each value of a map (as `value` does). */
  readonly item?: Check<never>;
  /** On each key of a map. */
  readonly key?: Check<string>;
  /** A list's scalar items must all differ. */
  readonly unique: boolean;
  /** On the `@type` of an Any. */
  readonly type?: Check<string>;
}

const NO_RULES: FieldRules = { required: false, unique: false };

/** The rules of a field; throws where validate.proto has a kind of rule that is not known here. */
export function fieldRules(field: DescField): FieldRules {
  const rules = extension('validate.rules');
  if (!hasOption(field, rules)) return NO_RULES;
  return compile(
    `${field.parent.typeName}.${field.name}`,
    getOption(field, rules) as RuleMessage,
    field.enum,
  );
}

/** Whether one field of the oneof must be set. */
export function isRequired(oneof: DescOneof): boolean {
  const required = extension('validate.required');
  return hasOption(oneof, required) && getOption(oneof, required) === true;
}

function compile(where: string, rules: RuleMessage, enumeration: DescEnum | undefined): FieldRules {
  const message = rules['message'] as { required?: boolean; skip?: boolean } | undefined;
  if (message?.skip) throw new Error(`${where}: the validation rule skip is not known; add it`);
  const type = rules['type'] as { case?: string; value?: RuleMessage };
  const nested = (each: unknown): FieldRules =>
    each === undefined ? NO_RULES : compile(where, each as RuleMessage, enumeration);
  const of = type.value ?? {};
  const kindRules = ((): Partial<FieldRules> => {
    switch (type.case) {
      case undefined:
        return {};
      case 'string':
        return { value: stringRules(where, of) };
      case 'bytes':
        return { value: bytesRules(where, of) };
      case 'bool':
        return { value: boolRules(where, of) };
      case 'enum':
        return { value: enumRules(where, of, (n) => enumeration?.value[n]?.name ?? `${n}`) };
      case 'duration':
        return { required: of['required'] === true, value: durationRules(where, of) };
      case 'any':
        return { required: of['required'] === true, type: anyRules(where, of) };
      case 'repeated': {
        const { items, unique, ...size } = of;
        const item = nested(items);
        return { size: sizeRules(where, size, 'item'), unique: unique === true, ...asItem(item) };
      }
      case 'map': {
        const { keys, values, ...size } = of;
        const key = nested(keys).value as Check<string> | undefined;
        return { size: sizeRules(where, size, 'item'), ...(key && { key }), ...asItem(nested(values)) };
      }
      case 'timestamp':
        throw new Error(`${where}: the validation rules of times are not known; add them`);
      default:
        return { value: numberRules(where, of) };
    }
  })();
  return { ...NO_RULES, ...kindRules, required: (kindRules.required ?? false) || message?.required === true };
}

const asItem = (item: FieldRules): Partial<FieldRules> => (item.value ? { item: item.value } : {});

function sizeRules(where: string, rules: RuleMessage, what: string): Check<number> {
  const least = (n: bigint) => must(`have at least ${count(n, what)}`, (size: number) => size >= n);
  const most = (n: bigint) => must(`have at most ${count(n, what)}`, (size: number) => size <= n);
  return compileRules<number>(
    where,
    rules,
    { minItems: least, maxItems: most, minPairs: least, maxPairs: most },
    (size) => size === 0,
  );
}

function anyRules(where: string, rules: RuleMessage): Check<string> {
  const plain = (list: string[]) => list.map((url) => url.slice(url.lastIndexOf('/') + 1));
  return compileRules<string>(where, rules, {
    required: () => () => undefined,
    in: (list: string[]) =>
      must(`have a @type of ${plain(list).join(', ')}`, (name) => plain(list).includes(name)),
    notIn: (list: string[]) =>
      must(`have no @type of ${plain(list).join(', ')}`, (name) => !plain(list).includes(name)),
  });
}

function extension(name: string): DescExtension {
  const found = registry().getExtension(name);
  if (found === undefined)
    throw new Error(`the descriptors hold no extension ${name}; regenerate envoy/api/v3.binpb`);
  return found;
}

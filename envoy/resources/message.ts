import type { DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Fault } from './errors.ts';
import { compileField, type FieldWriter } from './field.ts';
import { isRequired } from './rules/field.ts';

/** One field of a message: what writes it, and what its absence breaks. */
interface FieldPlan {
  readonly field: DescField;
  readonly write: FieldWriter;
  /** Why the field may not be left out, undefined where it may. */
  readonly needed: string | undefined;
}

/** Writes the body of one message type from proto JSON, checking everything on the way. */
export class MessagePlan {
  readonly #byName = new Map<string, FieldPlan>();
  readonly #deprecated = new Set<string>();
  readonly #needed: FieldPlan[] = [];
  readonly #neededOneofs: DescOneof[] = [];

  constructor(readonly desc: DescMessage) {
    for (const field of desc.fields) {
      // A deprecated field is refused whatever it holds.
      if (field.deprecated) {
        this.#deprecated.add(field.name);
        continue;
      }
      const plan = { field, ...compileField(field) };
      this.#byName.set(field.name, plan);
      if (plan.needed !== undefined) this.#needed.push(plan);
    }
    this.#neededOneofs = desc.oneofs.filter(isRequired);
  }

  /** Fields and oneofs that Envoy refuses to go without. */
  get needed(): { fields: DescField[]; oneofs: DescOneof[] } {
    return { fields: this.#needed.map((plan) => plan.field), oneofs: this.#neededOneofs };
  }

  /** Writes the fields in the order of their numbers, so that equal content has equal bytes. */
  write(json: unknown, writer: BinaryWriter): void {
    if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof Uint8Array) {
      throw new Fault('wrong_shape', json, `must be an object (${this.desc.typeName})`);
    }
    const values = json as Record<string, unknown>;
    const present = this.#present(values);
    for (const { field, write } of present) {
      try {
        write(values[field.name], writer);
      } catch (error) {
        throw error instanceof Fault ? error.under(`.${field.name}`) : error;
      }
    }
    for (const plan of this.#needed) {
      if (values[plan.field.name] === undefined) {
        throw new Fault('missing', undefined, plan.needed ?? '').under(`.${plan.field.name}`);
      }
    }
    for (const oneof of this.#neededOneofs) {
      if (!present.some((plan) => plan.field.oneof === oneof)) {
        const names = oneof.fields.filter((field) => !field.deprecated).map((field) => field.name);
        throw new Fault('missing', undefined, `must have one of ${names.join(', ')}`).under(`.${oneof.name}`);
      }
    }
  }

  #present(values: Record<string, unknown>): FieldPlan[] {
    const present: FieldPlan[] = [];
    for (const key of Object.keys(values)) {
      if (key === '@type' || values[key] === undefined) continue;
      const plan = this.#byName.get(key);
      if (plan === undefined) throw this.#refused(key, values[key]).under(`.${key}`);
      const { field } = plan;
      const rival = field.oneof && present.find((other) => other.field.oneof === field.oneof);
      if (rival) {
        const rule = `must not be set together with ${rival.field.name}`;
        throw new Fault('oneof_conflict', values[key], rule).under(`.${key}`);
      }
      present.push(plan);
    }
    return present.sort((a, b) => a.field.number - b.field.number);
  }

  #refused(key: string, value: unknown): Fault {
    return this.#deprecated.has(key)
      ? new Fault('deprecated', value, 'must not be used any more')
      : new Fault('unknown_field', value, `must be a field of ${this.desc.typeName}`);
  }
}

const plans = new Map<DescMessage, MessagePlan>();

/** The plan of a message type, made at its first use. */
export function messagePlan(desc: DescMessage): MessagePlan {
  let plan = plans.get(desc);
  if (plan === undefined) plans.set(desc, (plan = new MessagePlan(desc)));
  return plan;
}

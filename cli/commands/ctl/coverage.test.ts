/** That `cohort ctl` does everything that the admin interface does, in its words. */
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { adminApis } from '../../../control-plane/admin/app.ts';
import type { Described } from '../../../control-plane/admin/resource.ts';
import { TestReplica } from '../../../control-plane/admin/testing.ts';
import { COMMANDS, GROUPS } from './all.ts';
import { keyOf } from './command.ts';

const { open, guarded } = adminApis(new TestReplica().context());
const operations = new Map<string, Described>(
  [...guarded.described, ...open.described].map((one) => [`${one.method} ${one.path}`, one] as const),
);

/** For people with a browser. */
const NOT_FOR_A_SHELL = ['get /docs'];

it('every operation has a command, and every command stands for operations that there are', () => {
  expect(operations.size).toBeGreaterThan(45);
  const covered = new Set(COMMANDS.flatMap((command) => command.operations));
  expect([...covered].filter((one) => !operations.has(one))).toEqual([]);
  expect([...operations.keys()].filter((one) => !covered.has(one) && !NOT_FOR_A_SHELL.includes(one))).toEqual(
    [],
  );
});

/** What an operation's query takes that a command has in a form of its own. */
const OWN_FORM = ['limit', 'cursor', 'wait', 'timeoutMs', 'force', 'before', 'revision', 'from', 'to'];

/** Where the first operation of a command is the one whose query it takes. */
function mainOperation(command: (typeof COMMANDS)[number]): Described {
  const writes = command.operations.filter((one) => !one.startsWith('get '));
  return operations.get(writes[0] ?? command.operations[0]!)!;
}

it.each(COMMANDS)('$words has every parameter of its operation’s query, and no other', (command) => {
  const { operation } = mainOperation(command);
  const known = Object.keys(operation.query ?? {});
  const options = command.options ?? [];
  const given = options.flatMap(({ query }) => (query === undefined ? [] : [query]));
  expect(given.filter((name) => !known.includes(name))).toEqual([]);
  const missing = known.filter((name) => !given.includes(name) && !OWN_FORM.includes(name));
  expect(missing).toEqual([]);
  const keys = options.map(keyOf);
  if (known.includes('force')) expect(keys).toContain('force');
  if (known.includes('wait')) expect(keys).toEqual(expect.arrayContaining(['wait', 'timeout']));
  if (known.includes('cursor')) expect(keys).toEqual(expect.arrayContaining(['limit', 'all']));
});

it.each(COMMANDS.flatMap((command) => (command.columns === undefined ? [] : [{ ...command }])))(
  '$words shows what the operation answers',
  ({ operations: [path = ''], columns = [], member = '' }) => {
    const answer = operations.get(path)!.operation.answers[200]!.schema as z.ZodObject;
    const row = (answer.shape[member] as z.ZodArray<z.ZodType>).element;
    for (const { path: where } of columns) expect([where, has(row, where.split('.'))]).toEqual([where, true]);
  },
);

/** Whether a schema knows a member at this place. */
function has(schema: z.ZodType | undefined, steps: readonly string[]): boolean {
  if (schema === undefined) return false;
  const [first, ...rest] = steps;
  if (first === undefined) return true;
  const inner = schema as z.ZodType & { shape?: Record<string, z.ZodType>; unwrap?: () => z.ZodType };
  if (inner.shape !== undefined) return has(inner.shape[first], rest);
  return inner.unwrap === undefined ? false : has(inner.unwrap(), steps);
}

it('names each command and each option once', () => {
  const words = COMMANDS.map((command) => command.words);
  expect(new Set(words).size).toBe(words.length);
  const groups = new Set(words.filter((one) => one.includes(' ')).map((one) => one.split(' ')[0]!));
  expect([...groups].sort()).toEqual(Object.keys(GROUPS).sort());
  for (const { options = [] } of COMMANDS) {
    const flags = options.map((one) => one.flags.split(/[ ,]+/).find((part) => part.startsWith('--')));
    expect(new Set(flags).size).toBe(flags.length);
  }
});

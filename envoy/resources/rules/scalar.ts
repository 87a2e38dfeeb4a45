import { compileRules, count, must, rulesIn, type Check, type RuleMessage } from './rule.ts';

/** Checks of integers (64-bit ones as bigint) and floating point numbers. */
export function numberRules(where: string, rules: RuleMessage): Check<number | bigint> {
  // Read as own properties: a rule left out would read as 0 otherwise.
  const { gt, gte, lt, lte } = Object.fromEntries(rulesIn(rules)) as Record<
    string,
    number | bigint | undefined
  >;
  const low = gt ?? gte;
  const high = lt ?? lte;
  // An upper bound below the lower one means "outside of the range"; no field of the API uses it.
  if (low !== undefined && high !== undefined && high < low) throw new Error(`${where}: inverted range`);
  type N = number | bigint;
  return compileRules<N>(
    where,
    rules,
    {
      const: (bound: N) => must(`be ${bound}`, (value) => value === bound),
      gt: (bound: N) => must(`be greater than ${bound}`, (value) => value > bound),
      gte: (bound: N) => must(`be at least ${bound}`, (value) => value >= bound),
      lt: (bound: N) => must(`be less than ${bound}`, (value) => value < bound),
      lte: (bound: N) => must(`be at most ${bound}`, (value) => value <= bound),
      in: (list: N[]) => must(`be one of ${list.join(', ')}`, (value) => list.includes(value)),
      notIn: (list: N[]) => must(`be none of ${list.join(', ')}`, (value) => !list.includes(value)),
    },
    (value) => Number(value) === 0,
  );
}

export function boolRules(where: string, rules: RuleMessage): Check<boolean> {
  return compileRules<boolean>(where, rules, {
    const: (wanted: boolean) => must(`be ${wanted}`, (value) => value === wanted),
  });
}

export function bytesRules(where: string, rules: RuleMessage): Check<Uint8Array> {
  return compileRules<Uint8Array>(
    where,
    rules,
    {
      len: (n: bigint) => must(`be ${count(n, 'byte')} long`, (value) => BigInt(value.length) === n),
      minLen: (n: bigint) => must(`be at least ${count(n, 'byte')} long`, (value) => value.length >= n),
      maxLen: (n: bigint) => must(`be at most ${count(n, 'byte')} long`, (value) => value.length <= n),
    },
    (value) => value.length === 0,
  );
}

/** Checks of an enum's number; `nameOf` turns a number into the name that a person writes. */
export function enumRules(
  where: string,
  rules: RuleMessage,
  nameOf: (number: number) => string,
): Check<number> {
  const names = (list: number[]) => list.map(nameOf).join(', ');
  return compileRules<number>(where, rules, {
    const: (wanted: number) => must(`be ${nameOf(wanted)}`, (value) => value === wanted),
    // Only names of the enum are ever accepted.
    definedOnly: () => () => undefined,
    in: (list: number[]) => must(`be one of ${names(list)}`, (value) => list.includes(value)),
    notIn: (list: number[]) => must(`be none of ${names(list)}`, (value) => !list.includes(value)),
  });
}

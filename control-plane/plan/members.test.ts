import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Members } from './members.ts';

it('holds what was added and not removed', () => {
  const steps = fc.array(fc.record({ group: fc.nat(2), number: fc.nat(9) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (list) => {
      const members = new Members(3, 10);
      const groupOf = new Map<number, number>();
      for (const { group, number } of list) {
        const before = groupOf.get(number);
        if (before !== undefined) members.remove(before, number);
        if (before === group) groupOf.delete(number);
        else {
          members.add(group, number);
          groupOf.set(number, group);
        }
        for (const one of [0, 1, 2]) {
          const expected = [...groupOf].filter(([, at]) => at === one).map(([member]) => member);
          expect([...members.of(one)].sort()).toEqual(expected.sort());
        }
      }
    }),
  );
});

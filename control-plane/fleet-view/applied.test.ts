import { expect, it } from 'vitest';
import { appliedBy, type AppliedVm } from './applied.ts';

const LAGGARD_MS = 10_000;
/** Of version `version`, known since `since`, heard last at `heard`. */
const vm = (version: number, since = 0, heard = since): AppliedVm => ({
  position: { epoch: 1n, version: BigInt(version) },
  positionSince: since,
  heardAt: heard,
});

it.each<[string, AppliedVm[], number, number, number | undefined]>([
  ['nobody has reported', [], 1, 0, undefined],
  ['one of two has', [vm(5)], 1, 0, undefined],
  ['both have the same', [vm(5), vm(5)], 1, 0, 5],
  ['the lowest counts', [vm(5), vm(4)], 1, 0, 4],
  ['also when it has none at all', [vm(5), vm(0)], 1, 0, 0],
  ['three workers', [vm(5), vm(5), vm(4), vm(5)], 3, 0, 4],
  ['a worker that is behind for long still counts where there is no other', [vm(5), vm(4)], 1, 1_000_000, 4],
  ['an older VM that is up to date', [vm(5), vm(5), vm(5)], 1, 0, 5],
  ['an older VM that is behind', [vm(5, 100), vm(5, 100), vm(4, 50)], 1, 5_000, 4],
  ['… and silent for long enough', [vm(5, 100), vm(5, 100), vm(4, 50)], 1, 10_100, 5],
  ['… counted from when the others were further', [vm(5, 100), vm(5, 9_000), vm(4, 50)], 1, 10_100, 4],
  ['… but speaks, and is still behind', [vm(5, 100), vm(5, 100), vm(4, 50, 9_000)], 1, 10_100, 4],
])('%s', (_, vms, workers, now, expected) => {
  const applied = appliedBy(vms, workers, now, LAGGARD_MS);
  expect(applied).toEqual(expected === undefined ? undefined : { epoch: 1n, version: BigInt(expected) });
});

it('a higher epoch is further, whatever its version', () => {
  const other = { ...vm(1), position: { epoch: 2n, version: 1n } };
  expect(appliedBy([vm(9), other], 1, 0, LAGGARD_MS)).toEqual({ epoch: 1n, version: 9n });
});

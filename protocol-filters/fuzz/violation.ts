/** A check that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation unless `good` */
export function check(good: boolean, what: () => string): void {
  if (!good) throw new Violation(what());
}

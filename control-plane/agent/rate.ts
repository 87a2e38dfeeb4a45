/** How fast what only grows is growing. Pure. */

/** One counter. The times are seconds by a clock that never goes back. */
export class Rate {
  private before: { readonly count: number; readonly at: number } | undefined;

  /** @returns the growth in a second since the last time; undefined: it is not known yet, or the counter began anew */
  of(count: number, at: number): number | undefined {
    const { before } = this;
    if (before !== undefined && at <= before.at) return undefined;
    this.before = { count, at };
    if (before === undefined || count < before.count) return undefined;
    return (count - before.count) / (at - before.at);
  }
}

/** Numbers in groups: which slots, or which pinned organizations, a server has. Joining and leaving take no time. */
export class Members {
  private readonly groups: number[][];
  /** Where in its group a number stands. */
  private readonly places: Int32Array;

  constructor(groups: number, numbers: number) {
    this.groups = Array.from({ length: groups }, () => []);
    this.places = new Int32Array(numbers);
  }

  /** In no particular order. */
  of(group: number): readonly number[] {
    return this.groups[group]!;
  }

  add(group: number, number: number): void {
    this.places[number] = this.groups[group]!.push(number) - 1;
  }

  remove(group: number, number: number): void {
    const members = this.groups[group]!;
    const place = this.places[number]!;
    const last = members.pop()!;
    if (last === number) return;
    members[place] = last;
    this.places[last] = place;
  }
}

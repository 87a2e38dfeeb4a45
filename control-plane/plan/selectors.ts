/** Which servers have the labels that organizations ask for. */
import type { Fleet } from './fleet.ts';
import type { PlanOrganization, PlanServer } from './types.ts';

type Labels = Readonly<Record<string, string>>;

export function matches({ labels }: Pick<PlanServer, 'labels'>, selector: Labels): boolean {
  return Object.entries(selector).every(
    ([name, value]) => Object.hasOwn(labels, name) && labels[name] === value,
  );
}

/** `zone=eu, disk=fast`, in the order of the names. */
export function selectorWords(selector: Labels): string {
  return Object.keys(selector)
    .sort()
    .map((name) => `${name}=${selector[name]}`)
    .join(', ');
}

/** The different selectors there are, by number. */
export class Selectors {
  /** For each one by server: 1 where it matches. */
  readonly allowed: Uint8Array[] = [];
  /** Those that no server matches which may get something: not enforced, since it cannot be. */
  readonly hopeless: boolean[] = [];
  private readonly fleet: Fleet;
  private readonly byObject = new Map<Labels, number>();
  private readonly byWords = new Map<string, number>();

  constructor(fleet: Fleet) {
    this.fleet = fleet;
  }

  /** -1: it has none. */
  numberOf({ selector }: PlanOrganization): number {
    if (selector === undefined) return -1;
    let number = this.byObject.get(selector);
    if (number !== undefined) return number;
    const words = JSON.stringify(Object.entries(selector).sort());
    number = this.byWords.get(words) ?? (words === '[]' ? -1 : this.add(words, selector));
    this.byObject.set(selector, number);
    return number;
  }

  isAllowed(selector: number, server: number): boolean {
    return selector < 0 || this.hopeless[selector] === true || this.allowed[selector]![server] === 1;
  }

  private add(words: string, selector: Labels): number {
    const { servers, gets } = this.fleet;
    const number = this.allowed.length;
    const allowed = Uint8Array.from(servers, (one) => (matches(one, selector) ? 1 : 0));
    this.allowed.push(allowed);
    this.hopeless.push(!allowed.some((one, server) => one === 1 && gets[server] === 1));
    this.byWords.set(words, number);
    return number;
  }
}

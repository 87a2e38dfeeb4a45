/** Slots whose devices cannot get home, because proxies have not reached their server for long. Pure but for the list. */
import type { Judgement } from './judge.ts';
import type { HealTarget } from './orders.ts';

/** A slot that is to move to a server that all proxies reach. */
export interface Relocation {
  readonly slot: number;
  /** The server that it belongs to. */
  readonly from: string;
  /** Those that do not reach that. */
  readonly proxies: readonly string[];
}

export class Relocations {
  private readonly slots = new Map<number, { readonly from: string; readonly proxies: Set<string> }>();

  /** In the order of the slots. */
  list(): Relocation[] {
    return [...this.slots]
      .sort(([a], [b]) => a - b)
      .map(([slot, { from, proxies }]) => ({ slot, from, proxies: [...proxies].sort() }));
  }

  /**
   * Where a slot is to move nobody is sent home before; a pinned organization stays where somebody wants it to be.
   *
   * @param from the server that the target belongs to
   * @returns the judgements as they are then
   */
  note(target: HealTarget, from: string, byProxy: ReadonlyMap<string, Judgement>): Map<string, Judgement> {
    const moving = [...byProxy].filter(([, { action }]) => action === 'move').map(([proxy]) => proxy);
    if (moving.length === 0) return new Map(byProxy);
    const isPinned = 'organization' in target;
    if (!isPinned) {
      const proxies = new Set([...(this.slots.get(target.slot)?.proxies ?? []), ...moving]);
      this.slots.set(target.slot, { from, proxies });
    }
    return new Map(
      [...byProxy].map(([proxy, judgement]) => [
        proxy,
        isPinned ? staying(judgement) : leaving(proxy, from, judgement),
      ]),
    );
  }
}

function staying(judgement: Judgement): Judgement {
  if (judgement.action !== 'move') return judgement;
  const detail = `${judgement.detail}; the organization is pinned there and stays`;
  return { ...judgement, action: 'wait', detail };
}

function leaving(proxy: string, from: string, judgement: Judgement): Judgement {
  const { action, detail } = judgement;
  if (action === 'move')
    return { ...judgement, detail: `${detail}; the slot moves to a server that all proxies reach` };
  if (action !== 'heal') return judgement;
  return { ...judgement, action: 'wait', detail: `${proxy} sees ${from} healthy, but the slot leaves it` };
}

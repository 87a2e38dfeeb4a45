// One clock for the whole VM. Each plugin configuration has a root context that could tick; the oldest does, and the
// others never start. Were it the youngest, every push would leave a timer behind: Envoy keeps the timer of a root that
// ever ticked for as long as the VM lives, and lets it run on, too, unless the root stopped it before it was deleted.
import { actAs, setTickPeriod } from '../sdk/host';
import { PluginRoot } from './connection';

/** Milliseconds between ticks; deadlines are counted in ticks, which no change of the system's clock moves. */
export const TICK_MS: u32 = 250;

let oldest: usize = 0;
let youngest: usize = 0;

export let ticks: u32 = 0;

/** Does this root's tick count? */
export function isTicker(root: usize): bool {
  if (root == oldest) {
    ticks++;
    return true;
  }
  setTickPeriod(0);
  return false;
}

/** A configured root joins the chain; the first one ticks. */
export function rootConfigured(root: usize): void {
  const entry = changetype<PluginRoot>(root);
  if (root == oldest || entry.previous != 0) return;
  entry.previous = youngest;
  if (youngest != 0) changetype<PluginRoot>(youngest).next = root;
  youngest = root;
  if (oldest != 0) return;
  oldest = root;
  setTickPeriod(TICK_MS);
}

/** A deleted root leaves it; if it was the one that ticked, the next oldest takes over. */
export function rootDeleted(root: usize): void {
  const entry = changetype<PluginRoot>(root);
  if (root != oldest && entry.previous == 0) return;
  if (entry.previous != 0) changetype<PluginRoot>(entry.previous).next = entry.next;
  if (entry.next != 0) changetype<PluginRoot>(entry.next).previous = entry.previous;
  if (youngest == root) youngest = entry.previous;
  if (root != oldest) return;
  setTickPeriod(0);
  oldest = entry.next;
  if (oldest != 0 && actAs(changetype<PluginRoot>(oldest).id)) setTickPeriod(TICK_MS);
}

/** The tick at or after which `milliseconds` have surely passed. */
export function deadlineAfter(milliseconds: u32): u32 {
  return ticks + 1 + (milliseconds + TICK_MS - 1) / TICK_MS;
}

/** Has this deadline passed? Ticks wrap after 34 years; the difference does not mind. */
export function isOver(deadline: u32): bool {
  return <i32>(ticks - deadline) >= 0;
}

// One clock for the whole VM. Each plugin configuration has a root context that could tick, and old ones go on as long
// as a connection of theirs lives; only the youngest root ticks, and the others are told to stop.
import { actAs, setTickPeriod } from '../sdk/host';
import { PluginRoot } from './connection';

/** Milliseconds between ticks; deadlines are counted in ticks, which no change of the system's clock moves. */
export const TICK_MS: u32 = 250;

let youngest: usize = 0;

export let ticks: u32 = 0;

/** Does this root's tick count? */
export function isTicker(root: usize): bool {
  if (root == youngest) {
    ticks++;
    return true;
  }
  setTickPeriod(0);
  return false;
}

/** A configured root joins the chain and becomes the one that ticks. */
export function rootConfigured(root: usize): void {
  const entry = changetype<PluginRoot>(root);
  if (root == youngest || entry.previous != 0 || entry.next != 0) return;
  entry.next = youngest;
  if (youngest != 0) changetype<PluginRoot>(youngest).previous = root;
  youngest = root;
  setTickPeriod(TICK_MS);
}

/** A deleted root leaves it; the next youngest takes over. */
export function rootDeleted(root: usize): void {
  const entry = changetype<PluginRoot>(root);
  if (entry.previous != 0) changetype<PluginRoot>(entry.previous).next = entry.next;
  if (entry.next != 0) changetype<PluginRoot>(entry.next).previous = entry.previous;
  if (youngest != root) return;
  youngest = entry.next;
  if (youngest != 0 && actAs(changetype<PluginRoot>(youngest).id)) setTickPeriod(TICK_MS);
}

/** The tick at or after which `milliseconds` have surely passed. */
export function deadlineAfter(milliseconds: u32): u32 {
  return ticks + 1 + (milliseconds + TICK_MS - 1) / TICK_MS;
}

/** Has this deadline passed? Ticks wrap after 34 years; the difference does not mind. */
export function isOver(deadline: u32): bool {
  return <i32>(ticks - deadline) >= 0;
}

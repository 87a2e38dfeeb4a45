/** How much of what is shown is the present. Pure. */
import type { StreamState } from '../data/live.ts';
import type { Stale } from '../data/rest.ts';
import { clock, duration } from './format.ts';

export interface Reads {
  /** When the last answer came: milliseconds since 1970; undefined: none has. */
  readonly lastAt: number | undefined;
  /** Why the last reading failed; undefined: it did not. */
  readonly error: string | undefined;
  /** It was answered, with a refusal: somebody is there, such as while another replica is elected. */
  readonly isAnswered?: boolean;
  /** What the last answer said of itself. */
  readonly stale: Stale | undefined;
}

export type Freshness =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Read again and again, but not told of changes. */
  | { readonly kind: 'polling'; readonly title: string; readonly words: string }
  /** The control plane answers, and says itself that it may be old. */
  | { readonly kind: 'stale'; readonly title: string; readonly words: string }
  /** Nobody answers. */
  | { readonly kind: 'lost'; readonly title: string; readonly words: string };

/** A reading that is older than this is not the present. Milliseconds. */
const OLD_MS = 10_000;
/** A stream breaks off and goes on at once where another replica begins to lead: that is no news. Milliseconds. */
const PATIENCE_MS = 3_000;

export function freshnessOf(
  stream: StreamState,
  { lastAt, error, isAnswered = false, stale }: Reads,
  now: number,
): Freshness {
  if (lastAt === undefined) {
    if (error === undefined) return { kind: 'connecting' };
    return {
      kind: 'lost',
      title: 'The control plane does not answer',
      words: `${error}.${retry(stream, now)}`,
    };
  }
  const age = now - lastAt;
  if ((error !== undefined && !isAnswered && stream.state !== 'live') || age > OLD_MS) {
    const since = stream.state === 'broken' ? Math.min(stream.since, lastAt) : lastAt;
    const title = isAnswered
      ? `The control plane cannot tell: ${error ?? ''}`
      : `No word from the control plane since ${clock(since)}`;
    return {
      kind: 'lost',
      title,
      words: `What you see is as of ${clock(lastAt)}, ${duration(age)} old. Nothing can be changed now.${retry(stream, now)}`,
    };
  }
  if (stale !== undefined) {
    const partial = stale.partial === true ? ' Proxies and devices of other replicas are missing.' : '';
    return {
      kind: 'stale',
      title: 'etcd is away: this is what was known last',
      words: `${stale.why}. Devices stay connected; nothing can be changed now.${partial}`,
    };
  }
  if (stream.state === 'broken' && now - stream.since > PATIENCE_MS) {
    return {
      kind: 'polling',
      title: 'Changes are not told live',
      words: `${stream.why}. What you see is read anew every few seconds.${retry(stream, now)}`,
    };
  }
  return stream.state === 'live' ? { kind: 'live' } : { kind: 'connecting' };
}

function retry(stream: StreamState, now: number): string {
  if (stream.state !== 'broken') return '';
  const seconds = Math.max(0, Math.ceil((stream.retryAt - now) / 1000));
  return seconds === 0 ? ' Trying again …' : ` Trying again in ${seconds} s.`;
}

/** Whether anything can be changed. */
export function canWrite({ kind }: Freshness): boolean {
  return kind === 'live' || kind === 'polling';
}

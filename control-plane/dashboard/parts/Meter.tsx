import type { JSX } from 'preact';
import { percent } from '../model/format.ts';
import type { Tone } from '../model/servers.ts';

/** A share of a limit as a bar, with a mark where the ceiling is. */
export function Meter({
  label,
  share,
  ceiling,
  tone,
  words,
}: {
  label: string;
  /** Null: no limit is known. */
  share: number | null;
  ceiling: number;
  tone: Tone;
  words: string;
}): JSX.Element {
  const value = share ?? 0;
  return (
    <div
      class={`meter ${tone}${share === null ? ' unknown' : ''}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(Math.min(1, value) * 100)}
      aria-valuetext={words}
      title={`${label}: ${words}; the ceiling is ${percent(ceiling)}`}
    >
      <i class="fill" style={{ width: `${Math.min(100, value * 100)}%` }} />
      <i class="mark" style={{ left: `${Math.min(100, ceiling * 100)}%` }} />
    </div>
  );
}

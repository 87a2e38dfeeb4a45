import type { JSX } from 'preact';
import { sparkPaths } from '../model/spark.ts';

const WIDTH = 96;
const HEIGHT = 20;

/** The last values as a small line; what was not read is a gap. */
export function Sparkline({
  values,
  most,
  colour,
}: {
  values: readonly (number | null)[];
  /** The top of it. */
  most: number;
  colour: string | undefined;
}): JSX.Element {
  return (
    <svg class="spark" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {sparkPaths(values, most, WIDTH, HEIGHT).map((d, i) => (
        <path key={i} d={d} fill="none" stroke={colour ?? 'currentColor'} stroke-width="1.5" />
      ))}
    </svg>
  );
}

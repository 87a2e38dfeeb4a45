/** The load of the servers over time, since the page was opened. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import { useApp } from '../app-context.ts';
import { count, percent } from '../model/format.ts';
import { linesOf, type Line, type Measure } from '../model/history.ts';
import { useSize } from './hooks.ts';

const HEIGHT = 190;
/** Of lines that are made from all servers. */
const SUMMARY_COLOURS: Readonly<Record<string, string>> = {
  worst: '#d9605a',
  mean: '#6477e8',
  median: '#2ea87e',
};

export function LoadChart({ measure, ceiling }: { measure: Measure; ceiling: number }): JSX.Element {
  const { known, colours, theme, route } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const { width } = useSize(box);
  const chosen = route.detail?.kind === 'server' ? [route.detail.id] : [];
  const { times, lines } = useMemo(
    () => linesOf(known.history, measure, chosen),
    [known.history, measure, chosen[0]],
  );
  const shape = JSON.stringify([width, theme, measure, chosen, lines.map(({ label }) => label)]);

  useEffect(() => {
    const element = box.current;
    if (element === null || width === 0 || lines.length === 0) return undefined;
    const made = new UPlot(
      optionsOf({ width, lines, measure, ceiling, theme, colours, chosen }),
      undefined,
      element,
    );
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, ceiling]);
  useEffect(() => {
    const { current } = plot;
    current?.setData([times, ...lines.map(({ values }) => values)] as UPlot.AlignedData);
    // Where nobody points at it, the legend says the last values; once uplot has drawn, which empties it.
    const frame = requestAnimationFrame(() => {
      if (typeof current?.cursor.idx !== 'number') current?.setLegend({ idx: times.length - 1 }, false);
    });
    return () => cancelAnimationFrame(frame);
  }, [times, lines, shape, ceiling]);

  const last = lines.map(({ label, values }) => {
    const value = values.at(-1);
    return value === null || value === undefined ? undefined : `${label} ${sayOf(measure)(value)}`;
  });
  const words = last.filter((text) => text !== undefined).join(', ');
  return (
    <div class="chart" role="img" aria-label={`Load over time; last: ${words || 'nothing is known yet'}`}>
      <div ref={box} style={{ height: `${HEIGHT + 24}px` }} />
    </div>
  );
}

function sayOf(measure: Measure): (value: number) => string {
  return measure === 'connections' ? count : percent;
}

interface Drawn {
  readonly width: number;
  readonly lines: readonly Line[];
  readonly measure: Measure;
  readonly ceiling: number;
  readonly theme: 'light' | 'dark';
  readonly colours: ReadonlyMap<string, string>;
  readonly chosen: readonly string[];
}

function optionsOf({ width, lines, measure, ceiling, theme, colours, chosen }: Drawn): UPlot.Options {
  const dim = theme === 'dark' ? '#8b8f9a' : '#6a6e78';
  const line = theme === 'dark' ? '#ffffff12' : '#0000000f';
  const say = sayOf(measure);
  const font = '11px system-ui, sans-serif';
  const grid = { stroke: line, width: 1 };
  return {
    width,
    height: HEIGHT,
    padding: [10, 8, 0, 0],
    cursor: { y: false, points: { size: 6 } },
    legend: { live: true },
    scales: {
      x: { time: true },
      y: {
        range: (_plot, _low, high) =>
          measure === 'connections'
            ? [0, Math.max(10, (high || 0) * 1.15)]
            : [0, Math.max((high || 0) * 1.15, Math.min(1, ceiling * 1.1))],
      },
    },
    series: [
      {
        value: (_plot, at: number | null) =>
          at === null ? '–' : new Date(at * 1000).toLocaleTimeString('en-GB'),
      },
      ...lines.map(({ label, server }): UPlot.Series => {
        const stroke = (server === undefined ? SUMMARY_COLOURS[label] : colours.get(server)) ?? dim;
        const isChosen = server !== undefined && chosen.includes(server);
        return {
          label,
          stroke,
          width: isChosen ? 3 : 1.75,
          alpha: chosen.length > 0 && !isChosen && server !== undefined ? 0.3 : 1,
          points: { show: false },
          value: (_plot, value: number | null) => (value === null ? '–' : say(value)),
        };
      }),
    ],
    axes: [
      {
        stroke: dim,
        font,
        grid: { show: false },
        ticks: grid,
        space: 80,
        values: (_plot, at) => at.map((one) => new Date(one * 1000).toLocaleTimeString('en-GB')),
      },
      { stroke: dim, font, grid, ticks: { show: false }, size: 48, values: (_plot, at) => at.map(say) },
    ],
    hooks: {
      draw: [
        (drawn) => {
          if (measure === 'connections') return;
          const y = drawn.valToPos(ceiling, 'y', true);
          const { ctx: context, bbox } = drawn;
          if (y < bbox.top) return;
          context.save();
          context.strokeStyle = '#d9605a';
          context.setLineDash([4, 4]);
          context.beginPath();
          context.moveTo(bbox.left, y);
          context.lineTo(bbox.left + bbox.width, y);
          context.stroke();
          context.restore();
        },
      ],
    },
  };
}

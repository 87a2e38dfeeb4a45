/** The slot table: a cell for each slot, in the colour of its server. What moved lately shines for a while. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { count } from '../model/format.ts';
import { gridFor, NOBODY, serverAt, slotAtPoint, slotCounts, SLOTS, type SlotTable } from '../model/slots.ts';
import { useSize } from './hooks.ts';

const HEIGHT = 112;
const SHINE_MS = 6_000;
/** Servers that the legend names. */
const NAMED = 16;

export function SlotStrip({ table }: { table: SlotTable }): JSX.Element {
  const { colours, known, theme, go, route } = useApp();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(box);
  const [shown, setShown] = useState<string>();
  const [pointed, setPointed] = useState<{ slot: number; x: number; y: number }>();
  const grid = gridFor(Math.max(1, width), HEIGHT);
  const opened = route.detail?.kind === 'server' ? route.detail.id : undefined;
  const { moved } = known;
  const counts = useMemo(() => slotCounts(table), [table]);
  // One without slots lights nothing, and dims nothing.
  const lit = counts.find(({ server, slots }) => server === (shown ?? opened) && slots > 0)?.server;

  useEffect(() => {
    const element = canvas.current;
    if (element === null || width === 0) return undefined;
    const shining = Date.now() - moved.at < SHINE_MS ? new Set(moved.slots) : new Set<number>();
    draw(element, { table, colours, lit, shining, theme, width });
    if (shining.size === 0) return undefined;
    const timer = setTimeout(
      () => draw(element, { table, colours, lit, shining: new Set(), theme, width }),
      SHINE_MS,
    );
    return () => clearTimeout(timer);
  }, [table, width, lit, theme, moved]);

  const named = counts
    .slice(0, NAMED)
    .sort((a, b) => a.server.localeCompare(b.server, 'en', { numeric: true }));
  const words = named.map(({ server, slots }) => `${server} ${slots}`);
  const server = pointed && serverAt(table, pointed.slot);
  return (
    <div class="strip">
      <div class="canvas" ref={box} style={{ height: `${HEIGHT}px` }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Slots by server: ${words.join(', ')}${counts.length > NAMED ? ', …' : ''}`}
          onPointerMove={(event) => {
            const slot = slotAtPoint(grid, event.offsetX, event.offsetY);
            setPointed(slot === undefined ? undefined : { slot, x: event.offsetX, y: event.offsetY });
          }}
          onPointerLeave={() => setPointed(undefined)}
          onClick={() => server !== undefined && go({ ...route, detail: { kind: 'server', id: server } })}
        />
        {pointed && (
          <div
            class="tip"
            style={{ left: `${Math.min(pointed.x + 12, width - 150)}px`, top: `${pointed.y + 14}px` }}
          >
            slot {pointed.slot} · {server ?? 'nobody'}
          </div>
        )}
      </div>
      <ul class="legend" aria-label="Servers by slots">
        {named.map(({ server: id, slots }) => (
          <li key={id}>
            <button
              type="button"
              class={lit !== undefined && lit !== id ? 'dim' : ''}
              aria-label={`${id}, ${count(slots)} slots`}
              onPointerEnter={() => setShown(id)}
              onPointerLeave={() => setShown(undefined)}
              onFocus={() => setShown(id)}
              onBlur={() => setShown(undefined)}
              onClick={() => go({ ...route, detail: { kind: 'server', id } })}
            >
              <i class="dot" style={{ background: colours.get(id) }} aria-hidden="true" />
              {id} <span class="dim num">{count(slots)}</span>
            </button>
          </li>
        ))}
        {counts.length > NAMED && <li class="dim">and {count(counts.length - NAMED)} more</li>}
      </ul>
    </div>
  );
}

interface Drawing {
  readonly table: SlotTable;
  readonly colours: ReadonlyMap<string, string>;
  readonly lit: string | undefined;
  readonly shining: ReadonlySet<number>;
  readonly theme: 'light' | 'dark';
  readonly width: number;
}

function draw(element: HTMLCanvasElement, { table, colours, lit, shining, theme, width }: Drawing): void {
  const scale = window.devicePixelRatio;
  element.width = Math.round(width * scale);
  element.height = Math.round(HEIGHT * scale);
  const context = element.getContext('2d')!;
  const grid = gridFor(width, HEIGHT);
  const nobody = theme === 'dark' ? '#2a2d35' : '#e3e4e8';
  const shine = theme === 'dark' ? '#ffffff' : '#0b0c0f';
  const fills = table.servers.map((id) => colours.get(id) ?? nobody);
  const edge = (value: number): number => Math.round(value * scale);
  for (let slot = 0; slot < SLOTS;) {
    const number = table.slots[slot]!;
    const row = Math.floor(slot / grid.columns);
    const first = slot;
    // Neighbours of one server are one rectangle.
    while (
      slot < SLOTS &&
      table.slots[slot] === number &&
      Math.floor(slot / grid.columns) === row &&
      shining.has(slot) === shining.has(first)
    )
      slot++;
    const column = first % grid.columns;
    const x = edge(column * grid.width);
    const y = edge(row * grid.height);
    context.globalAlpha =
      lit !== undefined && (number === NOBODY || table.servers[number] !== lit) ? 0.16 : 1;
    context.fillStyle = shining.has(first) ? shine : number === NOBODY ? nobody : fills[number]!;
    const right = edge((column + slot - first) * grid.width);
    context.fillRect(x, y, right - x, edge((row + 1) * grid.height) - y);
  }
}

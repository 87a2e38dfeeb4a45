/** The two kinds of pictures: bars in groups, and lines over time. */
import { colour, element, legend, line, linear, logarithmic, picture, roundSteps, text } from './svg.ts';
import type { Element, Scale } from './svg.ts';

const WIDTH = 860;

export interface Bars {
  readonly title: string;
  readonly subtitle: string;
  /** One bar in each group for each name, in this order. */
  readonly names: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    /** Infinite ones end at the edge. */
    readonly values: readonly number[];
    /** Drawn across the group: what is best. */
    readonly mark?: number | undefined;
  }[];
  /** Where the axis begins. It is logarithmic. */
  readonly from: number;
  readonly format: (value: number) => string;
}

const BAR = 11;
const GROUP_GAP = 16;
const LABELS = 150;

export function barChart({ title, subtitle, names, groups, from, format }: Bars): string {
  const all = groups.flatMap(({ values }) => values).filter(Number.isFinite);
  const to = Math.max(from * 2, ...all) * 1.1;
  const scale = logarithmic(from, to, LABELS, WIDTH - 70);
  const top = 92;
  const groupHeight = names.length * BAR + GROUP_GAP;
  const bottom = top + groups.length * groupHeight;
  const steps = roundSteps(from, to);
  const elements: Element[] = [
    ...heading(title, subtitle),
    ...legend(names, 16, 66, WIDTH - 32),
    ...steps.map((step) => line(scale(step), top - 6, scale(step), bottom)),
    ...steps.map((step) =>
      text(scale(step), bottom + 14, format(step), { 'text-anchor': 'middle', fill: '#777' }),
    ),
  ];
  groups.forEach(({ name, values, mark }, i) => {
    const y = top + i * groupHeight;
    const middle = y + (names.length * BAR) / 2 + 4;
    elements.push(text(LABELS - 10, middle, name, { 'text-anchor': 'end' }));
    values.forEach((value, j) => {
      const end = Number.isFinite(value) ? scale(value) : WIDTH - 70;
      const width = Math.max(1, end - LABELS);
      elements.push(element('rect', { x: LABELS, y: y + j * BAR, width, height: BAR - 2, fill: colour(j) }));
      const label = Number.isFinite(value) ? format(value) : '∞';
      elements.push(text(end + 4, y + j * BAR + 8.5, label, { 'font-size': 9, fill: '#555' }));
    });
    if (mark === undefined) return;
    const x = scale(mark);
    elements.push(
      line(x, y - 4, x, y + names.length * BAR + 2, { stroke: '#c00', 'stroke-dasharray': '3 2' }),
    );
  });
  return picture(WIDTH, bottom + 26, title, elements);
}

export interface Panel {
  readonly label: string;
  /** Of the vertical axis. */
  readonly from: number;
  readonly to: number;
  readonly isLogarithmic?: boolean;
  readonly format: (value: number) => string;
  readonly lines: readonly {
    readonly values: readonly number[];
    readonly colour: string;
    readonly width?: number;
  }[];
  /** Drawn across: what is wanted. */
  readonly wanted?: number;
  /** Single things, each drawn upwards from the bottom to its value, below all lines. */
  readonly marks?: readonly {
    readonly at: number;
    readonly value: number;
    readonly colour: string;
    readonly width?: number;
    /** Stands above it. */
    readonly label?: string;
  }[];
  readonly height: number;
}

export interface Lines {
  readonly title: string;
  readonly subtitle: string;
  readonly names: readonly string[];
  /** All lines go from 0 to this, in `unit`. */
  readonly span: number;
  readonly unit: 'h' | 's';
  /** Drawn through all panels. */
  readonly events: readonly { readonly at: number; readonly name: string }[];
  /** One below the other. */
  readonly panels: readonly Panel[];
}

export function lineChart({ title, subtitle, names, span, unit, events, panels }: Lines): string {
  const [left, right] = [56, WIDTH - 16];
  const across = linear(0, span, left, right);
  const elements: Element[] = [...heading(title, subtitle), ...legend(names, 16, 66, WIDTH - 32)];
  let top = 132;
  const first = top;
  for (const panel of panels) {
    const bottom = top + panel.height;
    elements.push(...panelElements(panel, top, across, span));
    top = bottom + 34;
  }
  const end = top - 34;
  events.forEach(({ at, name }, i) => {
    // By turns higher and lower: neighbours may be close.
    const y = first - (i % 2 === 0 ? 34 : 22);
    elements.push(line(across(at), first, across(at), end, { stroke: '#888', 'stroke-dasharray': '4 3' }));
    elements.push(text(across(at), y, name, { 'text-anchor': 'middle', 'font-size': 10, fill: '#555' }));
  });
  const step = stepOf(span);
  for (let at = 0; at <= span; at += step) {
    elements.push(text(across(at), end + 16, `${at} ${unit}`, { 'text-anchor': 'middle', fill: '#777' }));
  }
  return picture(WIDTH, end + 26, title, elements);
}

/** Between what is written below the axis: at most 13 of them. */
function stepOf(span: number): number {
  return [1, 2, 5, 10, 20, 50, 100].find((step) => span / step <= 12) ?? span;
}

function panelElements(panel: Panel, top: number, across: Scale, span: number): Element[] {
  const [left, right] = [across(0), across(span)];
  const { from, to, isLogarithmic = false, height, format, lines, wanted, marks = [] } = panel;
  const up = isLogarithmic ? logarithmic(from, to, top + height, top) : linear(from, to, top + height, top);
  const steps = isLogarithmic
    ? roundSteps(from, to).filter(to / from > 100 ? isPowerOfTen : Boolean)
    : [0, 1, 2, 3, 4].map((i) => from + ((to - from) * i) / 4);
  const elements: Element[] = [text(left, top - 6, panel.label, { fill: '#555', 'font-size': 10 })];
  for (const step of steps) {
    elements.push(line(left, up(step), right, up(step)));
    elements.push(text(left - 6, up(step) + 4, format(step), { 'text-anchor': 'end', fill: '#777' }));
  }
  if (wanted !== undefined) {
    elements.push(line(left, up(wanted), right, up(wanted), { stroke: '#c00', 'stroke-dasharray': '3 2' }));
  }
  for (const { at, value, colour: stroke, width = 1, label } of marks) {
    const y = up(Math.min(to, Math.max(from, value)));
    elements.push(line(across(at), top + height, across(at), y, { stroke, 'stroke-width': width }));
    if (label === undefined) continue;
    elements.push(text(across(at), y - 3, label, { 'text-anchor': 'middle', 'font-size': 9, fill: '#555' }));
  }
  for (const one of lines) elements.push(...polylines(one, across, up, panel, span));
  return elements;
}

function isPowerOfTen(value: number): boolean {
  return Number.isInteger(Number(Math.log10(value).toFixed(9)));
}

/** A gap where there is no number; what is beyond the axis runs along its edge. */
function polylines(
  one: Panel['lines'][number],
  across: Scale,
  up: Scale,
  { from, to }: Pick<Panel, 'from' | 'to'>,
  span: number,
): Element[] {
  const { values, width = 1.5 } = one;
  const parts: string[][] = [[]];
  values.forEach((value, i) => {
    if (Number.isNaN(value)) {
      parts.push([]);
      return;
    }
    const at = values.length > 1 ? (i / (values.length - 1)) * span : 0;
    const y = up(Math.min(to, Math.max(from, value)));
    parts.at(-1)!.push(`${across(at).toFixed(1)},${y.toFixed(1)}`);
  });
  return parts
    .filter((points) => points.length > 1)
    .map((points) =>
      element('polyline', {
        points: points.join(' '),
        fill: 'none',
        stroke: one.colour,
        'stroke-width': width,
        'stroke-linejoin': 'round',
      }),
    );
}

function heading(title: string, subtitle: string): Element[] {
  return [
    text(16, 24, title, { 'font-size': 16, 'font-weight': 600 }),
    text(16, 43, subtitle, { fill: '#666' }),
  ];
}

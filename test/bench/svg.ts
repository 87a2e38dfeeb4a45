/** Small SVG pictures: elements, axes, scales. Text is text, and there is a white ground, so that they read anywhere. */

export type Element = string;
export type Attributes = Readonly<Record<string, string | number>>;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ESCAPES[one]!);
}

/** @param children elements, that is: escaped already */
export function element(name: string, attributes: Attributes, ...children: Element[]): Element {
  const listed = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeText(value)}"`,
  );
  const open = `<${name}${listed.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

export function text(x: number, y: number, what: string, attributes: Attributes = {}): Element {
  return element('text', { x, y, ...attributes }, escapeText(what));
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): Element {
  return element('line', { x1, y1, x2, y2, stroke: '#ddd', ...attributes });
}

/** @param title said by screen readers, and drawn by whoever makes the picture */
export function picture(width: number, height: number, title: string, children: readonly Element[]): string {
  const body = [
    element('title', {}, escapeText(title)),
    element('rect', { width, height, fill: '#fff' }),
    ...children,
  ];
  const style = 'font-family="system-ui, sans-serif" font-size="12" fill="#333"';
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" ${style}>`;
  return `${head}\n${body.join('\n')}\n</svg>\n`;
}

/** From a value to a place on paper. */
export type Scale = (value: number) => number;

export function linear(from: number, to: number, low: number, high: number): Scale {
  return (value) => low + ((value - from) / (to - from)) * (high - low);
}

/** Values below `from` are drawn at `low`. */
export function logarithmic(from: number, to: number, low: number, high: number): Scale {
  const scale = linear(Math.log(from), Math.log(to), low, high);
  return (value) => scale(Math.log(Math.max(from, value)));
}

/** 1, 2, 5, 10, … between two values, both included. */
export function roundSteps(from: number, to: number): number[] {
  const steps: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
    for (const digit of [1, 2, 5]) {
      // Powers below one are not exact: to ten digits they are.
      const step = Number((digit * power).toPrecision(10));
      if (step >= from && step <= to) steps.push(step);
    }
  }
  return steps;
}

/** Distinct for people who see colours less well: M. Okabe, K. Ito, "Color universal design", 2008. */
export const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#000',
  '#999',
  '#7a5230',
] as const;

export function colour(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

/** Names with their colours, side by side. */
export function legend(names: readonly string[], x: number, y: number, width: number): Element[] {
  const elements: Element[] = [];
  let [at, row] = [x, y];
  names.forEach((name, i) => {
    const needed = 24 + name.length * 6.6;
    if (at > x && at + needed > x + width) [at, row] = [x, row + 18];
    elements.push(element('rect', { x: at, y: row - 9, width: 10, height: 10, fill: colour(i) }));
    elements.push(text(at + 15, row, name));
    at += needed;
  });
  return elements;
}

/** To a tenth of a pixel. */
function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

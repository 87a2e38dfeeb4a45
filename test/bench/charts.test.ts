import { expect, it } from 'vitest';
import { barChart, lineChart } from './charts.ts';
import { element, linear, logarithmic, picture, roundSteps, text } from './svg.ts';

it('escapes what people read', () => {
  expect(text(1.26, 2, 'a < b & "c"')).toBe('<text x="1.3" y="2">a &lt; b &amp; &quot;c&quot;</text>');
  expect(element('rect', { fill: '"', width: 1 / 3 })).toBe('<rect fill="&quot;" width="0.3"/>');
  expect(picture(10, 20, 'A & B', [])).toContain('<title>A &amp; B</title>');
});

it('has scales and round steps', () => {
  expect(linear(0, 10, 100, 200)(5)).toBe(150);
  expect([1, 10, 100, 0.1].map(logarithmic(1, 100, 0, 50))).toEqual([0, 25, 50, 0]);
  expect(roundSteps(1, 60)).toEqual([1, 2, 5, 10, 20, 50]);
  expect(roundSteps(0.05, 2)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
});

/** Whether every element is closed, and in the right order. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, end, name, empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (end === '/') {
      if (open.pop() !== name) return false;
    } else if (empty !== '/') open.push(name!);
  }
  return open.length === 0;
}

it('draws a bar for each value, as long as it says', () => {
  const svg = barChart({
    title: 'Bars',
    subtitle: 'of two',
    names: ['one', 'two'],
    groups: [
      { name: 'first', values: [2, 8], mark: 2 },
      { name: 'second', values: [1, Infinity] },
    ],
    from: 1,
    format: String,
  });
  expect(isWellFormed(svg)).toBe(true);
  const widths = [...svg.matchAll(/<rect x="150"[^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(4);
  // Logarithmic: 8 is three times as far as 2.
  expect(widths[1]! / widths[0]!).toBeCloseTo(3, 2);
  expect(widths[2]).toBe(1);
  expect(widths[3]).toBe(860 - 70 - 150);
  expect(svg).toContain('∞');
});

it('draws lines with gaps, within the axes', () => {
  const svg = lineChart({
    title: 'Lines',
    subtitle: 'of a day',
    names: ['a'],
    span: 4,
    unit: 'h',
    events: [{ at: 2, name: 'something' }],
    panels: [
      {
        label: 'load',
        from: 0,
        to: 2,
        format: String,
        height: 100,
        wanted: 1,
        marks: [{ at: 1, value: 0.5, colour: '#123', label: 'a mark' }],
        lines: [{ values: [0, 1, NaN, 1, 9], colour: '#000' }],
      },
    ],
  });
  expect(isWellFormed(svg)).toBe(true);
  const points = [...svg.matchAll(/points="([^"]+)"/g)].map(([, list]) => list);
  expect(points).toEqual(['56.0,232.0 253.0,182.0', '647.0,182.0 844.0,132.0']);
  expect(svg).toContain('<line x1="253" y1="232" x2="253" y2="207" stroke="#123" stroke-width="1"/>');
  expect(svg).toContain('>a mark</text>');
  expect([...svg.matchAll(/>(\d+ h)</g)].map(([, at]) => at)).toEqual(['0 h', '1 h', '2 h', '3 h', '4 h']);
});

/** Colours of servers: the same wherever a server shows. Pure. */

/** For the first ones: far apart, and legible on light and dark. */
const FIRST = [
  '#6477e8',
  '#e8833a',
  '#2ea87e',
  '#d65a8f',
  '#4fa8d8',
  '#c9a227',
  '#9b6bd3',
  '#7fae3e',
  '#d9605a',
  '#3fb5b0',
  '#b08562',
  '#8a93a6',
];
/** Degrees between two hues, so that no two close numbers look alike. */
const GOLDEN_ANGLE = 137.508;

export function colourOf(number: number): string {
  const known = FIRST[number];
  if (known !== undefined) return known;
  const hue = (number * GOLDEN_ANGLE) % 360;
  const lightness = 52 + (number % 3) * 8;
  return `hsl(${hue.toFixed(1)} 48% ${lightness}%)`;
}

/** Id → colour. By place in the order of the ids: a server keeps it for as long as none before it comes or goes. */
export function coloursOf(ids: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...ids].sort().map((id, number) => [id, colourOf(number)]));
}

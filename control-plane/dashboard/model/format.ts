/** Numbers and times as people read them. Pure. */

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function count(value: number): string {
  return WHOLE.format(value);
}

/** `1 device`, `1,200 devices`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${Math.round(value) === 1 ? one : many}`;
}

/** Of a share: 0.853 → `85%`. */
export function percent(share: number): string {
  return `${WHOLE.format(share * 100)}%`;
}

/** Of a ratio to one: 1.07 → `7%`. */
export function over(ratio: number): string {
  return `${SHORT.format(Math.max(0, ratio - 1) * 100)}%`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(value: number): string {
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${SHORT.format(value)} ${UNITS[unit]}`;
}

/** What a server uses in a dimension. */
export function amount(dimension: string, value: number): string {
  if (dimension === 'memory') return bytes(value);
  if (dimension === 'cpu') return `${SHORT.format(value)} ${value === 1 ? 'core' : 'cores'}`;
  return SHORT.format(value);
}

/** A length of time in its largest unit or two. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** `now`, `12 s ago`. */
export function ago(ms: number): string {
  return ms < 1_500 ? 'now' : `${duration(ms)} ago`;
}

/** Of a day, in the viewer's time zone: `14:03:27`. */
export function clock(at: number | string): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** Which samples of a metric are meant: `name{label="value",other=~"a|b"}`, as Prometheus' query language has it. Pure. */
import { unescaped, type Sample } from './exposition.ts';

export interface Selector {
  readonly text: string;
  readonly name: string;
  readonly matches: (sample: Sample) => boolean;
}

type Matcher = (labels: Sample['labels']) => boolean;

const WHOLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?$/s;
const MATCHER = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\\n]|\\.)*)"\s*(,|$)/y;

/** @returns a sentence in place of a selector when it is none */
export function parseSelector(text: string): Selector | string {
  const [, name, inside = ''] = WHOLE.exec(text.trim()) ?? [];
  if (name === undefined) return 'It must be like mqtt_connections{listener="tcp"}';
  const matchers: Matcher[] = [];
  for (let at = 0; at < inside.length && inside.slice(at).trim() !== '';) {
    MATCHER.lastIndex = at;
    const [, label, how, value] = MATCHER.exec(inside) ?? [];
    if (label === undefined || how === undefined || value === undefined) {
      return `${JSON.stringify(inside.slice(at, at + 40))} is not like label="value"`;
    }
    at = MATCHER.lastIndex;
    const matcher = matcherOf(label, how, unescaped(value));
    if (typeof matcher === 'string') return matcher;
    matchers.push(matcher);
  }
  return {
    text: text.trim(),
    name,
    matches: (sample) => sample.name === name && matchers.every((matcher) => matcher(sample.labels)),
  };
}

/** A label that is not there is empty; a pattern stands for the whole value. */
function matcherOf(label: string, how: string, value: string): Matcher | string {
  const valueOf = (labels: Sample['labels']): string => labels.get(label) ?? '';
  if (how === '=') return (labels) => valueOf(labels) === value;
  if (how === '!=') return (labels) => valueOf(labels) !== value;
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:${value})$`, 'su');
  } catch {
    return `${JSON.stringify(value)} is no regular expression`;
  }
  return (labels) => pattern.test(valueOf(labels)) === (how === '=~');
}

/** The bench's section of docs/benchmarks.md, between two marks; the rest of the page belongs to others. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../protocol-filters/compile.ts';
import { describe } from './report.ts';
import type { Results } from './rounds.ts';

const BEGIN = '<!-- begin: npm run bench:filter -->';
const END = '<!-- end: npm run bench:filter -->';
const PAGE = join(ROOT, 'docs/benchmarks.md');

const METHOD = `## The protocol filter beside plain tcp_proxy

Written by \`npm run bench:filter -- --write\`. Each pair starts fresh Envoys with one worker each, one for each side, and
has them do the same work in turn; every other pair in the opposite order. The sides:

- **plain**: \`tcp_proxy\` straight to the same ring-hash cluster, hashing the source address, in its default connect mode
  (it connects to the server at once, not after the first bytes); otherwise the product's settings;
- **filter**: the product's listener, reports included;
- **empty**: plain behind a Wasm filter whose callbacks do nothing: what any Wasm filter costs in Envoy.

A device of *connects* is gone as soon as it has its CONNACK; the filter does not find out which server such a connection
sat on. One that stays is asked about at its next chunk or the next tick.

Devices and servers are Node programs on raw sockets with packets encoded before; Envoy has a processor to itself. Where
the devices are slower than Envoy (see *worker busy*, the part of the time in which Envoy's worker ran or wanted to), the
ratio of rates lies towards 1; the ratio of the worker's processor time for an operation does not. The lower of the two is
judged. Medians with the lowest and highest pair in parentheses; ratios are taken pair by pair.`;

/** The page with the section replaced, or added at its end. */
export function withSection(page: string, section: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  const whole = `${BEGIN}\n\n${section}\n\n${END}`;
  if (begin >= 0 && end > begin) return page.slice(0, begin) + whole + page.slice(end + END.length);
  return `${page === '' ? '# Benchmarks' : page.trimEnd()}\n\n${whole}\n`;
}

export function writeDocs(results: Results): void {
  const { pairs, seconds, brakes, processors, loadBefore, node, envoy, at } = results;
  const braked = brakes === 0 ? '' : `, ${brakes} other busy program(s) on Envoy's processor`;
  const run =
    `${at.slice(0, 10)}, ${processors} processors (load average before: ${loadBefore.toFixed(1)}), Envoy ${envoy}, Node ${node}: ` +
    `${pairs} pairs, ${seconds} s for each side and work${braked}.`;
  let page = '';
  try {
    page = readFileSync(PAGE, 'utf8');
  } catch {
    // The first bench that writes makes the page.
  }
  writeFileSync(
    PAGE,
    withSection(page, [METHOD, run, describe(results, results.idleConnections)].join('\n\n')),
  );
}

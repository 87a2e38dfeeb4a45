/** The bench's section of docs/benchmarks.md. */
import { writeSection } from '../page.ts';
import { describe, summary } from './report.ts';
import type { Results } from './rounds.ts';

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

function runOf({ pairs, seconds, brakes, processors, loadBefore, node, envoy, at }: Results): string {
  const braked = brakes === 0 ? '' : `, ${brakes} other busy program(s) on Envoy's processor`;
  return (
    `${at.slice(0, 10)}, ${processors} processors (load average before: ${loadBefore.toFixed(1)}), Envoy ${envoy}, Node ${node}: ` +
    `${pairs} pairs, ${seconds} s for each side and work${braked}.`
  );
}

const BY_PROTOCOL = `## The protocol filter, protocol by protocol

Written by \`npm run bench:filter -- --protocol all --tls both --write\`: the bench above for each protocol, over TCP and over
TLS (a whole handshake for each connect, P-256). Each cell is the ratio to plain, the lower of rate and worker time, and, in
parentheses, by how much more of the worker's time an operation takes. *declared* has a length prefix and is followed from its
first byte on; in WebSockets plain is a connection manager without a plugin.`;

/** One protocol over TCP makes the section of the page that it always made; more make a table with a row each. */
export function writeDocs(all: readonly Results[]): void {
  const [first] = all;
  if (first === undefined) return;
  if (all.length === 1 && first.protocol === 'mqtt' && !first.tls) {
    const text = [METHOD, runOf(first), describe(first, first.idleConnections)];
    writeSection('bench:filter', text.join('\n\n'));
  } else {
    writeSection('bench:filter -- --protocol', [BY_PROTOCOL, runOf(first), summary(all)].join('\n\n'));
  }
}

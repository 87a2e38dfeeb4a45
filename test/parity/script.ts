/**
 * Scripts of events that run through the Node host and through a real Envoy: what both ends see afterwards must be the
 * same, step by step.
 */

import type { Order } from './orders.ts';

/** What one side does, what the proxy is ordered, or that time passes. */
export type Step =
  /** The device sends bytes, in one chunk. */
  | { device: Uint8Array }
  /** The server sends bytes, in one chunk. */
  | { server: Uint8Array }
  | 'device fin'
  | 'device reset'
  | 'server fin'
  | 'server reset'
  /** The server's answer to an upgrade request; 101 agrees. */
  | { respond: number }
  /** An assignment with this order comes: see `orders.ts`. */
  | { order: Order }
  /** As long as it takes until something that the script waits for has come, at most this many milliseconds. */
  | { pass: number };

/** The request of an HTTP device. */
export interface Request {
  method?: string;
  path?: string;
  /** Instead of those of an upgrade to WebSocket. */
  upgrade?: false;
  headers?: readonly (readonly [string, string])[];
}

export interface Script {
  name: string;
  /** Which of the listeners the device connects to. */
  listener: string;
  /** On a WebSocket listener. */
  request?: Request;
  steps: readonly Step[];
}

type Bytes = string | Uint8Array | number[];

function joined(parts: readonly Bytes[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))),
  );
}

export function device(...parts: Bytes[]): Step {
  return { device: joined(parts) };
}

export function server(...parts: Bytes[]): Step {
  return { server: joined(parts) };
}

/** One step for each byte. */
export function singly(bytes: Uint8Array): Step[] {
  return [...bytes].map((byte) => device([byte]));
}

export function describeStep(step: Step): string {
  if (typeof step === 'string') return step;
  if ('order' in step) return `order: ${step.order}`;
  if ('respond' in step) return `respond ${step.respond}`;
  if ('pass' in step) return `pass ${step.pass} ms`;
  const [who, bytes] = 'device' in step ? ['device', step.device] : ['server', step.server];
  return `${who} sends ${bytes.length} bytes`;
}

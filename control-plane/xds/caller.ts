/**
 * Who is at the other end of a call. A message may still be told after its connection has gone (always so for a process that
 * stood still meanwhile), and grpc-js then throws where it is asked about it: `TypeError` for what TLS knew,
 * `ERR_HTTP2_SOCKET_UNBOUND` for an address.
 */
import type { AuthContext } from './identity.ts';

/** A call, as far as it is asked who makes it. */
export interface Caller {
  getAuthContext(): AuthContext;
}

/** What TLS has verified; undefined: the connection is gone, and nobody can tell any more. */
export function authOf(caller: Caller): AuthContext | undefined {
  return unlessGone(() => caller.getAuthContext());
}

/** `address:port`; `unknown` once the connection is gone. */
export function peerOf(caller: { getPeer(): string }): string {
  return unlessGone(() => caller.getPeer()) ?? 'unknown';
}

function unlessGone<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

import { status } from '@grpc/grpc-js';
import { authOf, type Caller } from './caller.ts';
import { identityOf, type Identity } from './identity.ts';

/** Why a caller is refused. */
export interface Refused {
  readonly code: status;
  readonly details: string;
}

/** Nobody gets to hear it. */
const GONE: Refused = {
  code: status.UNAVAILABLE,
  details: 'its connection was gone before it could be identified',
};

/** Why a caller may not be this node; undefined when it may. */
export type NodeCheck = (caller: Caller, node: string) => Refused | undefined;

/**
 * With mutual TLS a proxy may only be the node that its certificate names. Without TLS (loopback, by configuration) a
 * caller is who it says.
 */
export function nodeCheck(mutualTls: boolean): NodeCheck {
  return (caller, node) => {
    if (node === '') {
      return { code: status.INVALID_ARGUMENT, details: 'the proxy has no node id; give its bootstrap one' };
    }
    if (!mutualTls) return undefined;
    return unless(
      caller,
      (identity) => identity.isProxy(node),
      `is not that of the proxy ${node}; a proxy may only be the node that its certificate names`,
    );
  };
}

/** Why a caller may not speak as a control plane; undefined when it may. */
export type ControlPlaneCheck = (caller: Caller) => Refused | undefined;

/** With mutual TLS only a control plane's certificate will do. */
export function controlPlaneCheck(mutualTls: boolean): ControlPlaneCheck {
  return (caller) =>
    mutualTls
      ? unless(caller, ({ isControlPlane }) => isControlPlane, 'is not that of a control plane')
      : undefined;
}

/** Refuses a caller whose certificate is not the right one. @param problem ends the sentence about its certificate */
function unless(
  caller: Caller,
  isRight: (identity: Identity) => boolean,
  problem: string,
): Refused | undefined {
  const auth = authOf(caller);
  if (auth === undefined) return GONE;
  const identity = identityOf(auth);
  if (identity !== undefined && isRight(identity)) return undefined;
  const names = identity === undefined ? 'none that was verified' : identity.names;
  return { code: status.PERMISSION_DENIED, details: `the certificate (${names}) ${problem}` };
}

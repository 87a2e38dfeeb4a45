import { status } from '@grpc/grpc-js';
import { identityOf, type AuthContext } from './identity.ts';

/** A call, as far as admission looks at it. */
export interface Caller {
  getAuthContext(): AuthContext;
}

/** Why a caller is refused. */
export interface Refused {
  readonly code: status;
  readonly details: string;
}

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
    const identity = identityOf(caller.getAuthContext());
    if (identity?.isProxy(node)) return undefined;
    const names = identity === undefined ? 'none that was verified' : identity.names;
    const details = `the certificate (${names}) is not that of the proxy ${node}; a proxy may only be the node that its certificate names`;
    return { code: status.PERMISSION_DENIED, details };
  };
}

/** Why a caller may not speak as a control plane; undefined when it may. */
export type ControlPlaneCheck = (caller: Caller) => Refused | undefined;

/** With mutual TLS only a control plane's certificate will do. */
export function controlPlaneCheck(mutualTls: boolean): ControlPlaneCheck {
  return (caller) => {
    if (!mutualTls) return undefined;
    const identity = identityOf(caller.getAuthContext());
    if (identity?.isControlPlane) return undefined;
    const names = identity === undefined ? 'none that was verified' : identity.names;
    return {
      code: status.PERMISSION_DENIED,
      details: `the certificate (${names}) is not that of a control plane`,
    };
  };
}

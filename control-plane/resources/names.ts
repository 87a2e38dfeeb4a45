/** Names that several resources, the filters and the tests must agree on. */

/** vm_id of every plugin: plugins with one vm_id, code and VM configuration share one VM in each worker. */
export const VM_ID = 'cohort';

/** The assignment plugin's ECDS resource, and its listener. */
export const ASSIGNMENT = 'assignment';

/** The same of the plugin that tells which organizations exist. */
export const ORGANIZATIONS = 'organizations';

/**
 * The cluster that a connection falls to when no filter named one. It must never exist: what names it is refused (flag
 * NC), so a connection that did not pass the filter reaches no server.
 */
export const REFUSED_CLUSTER = 'refused';

/**
 * Request header in which the WebSocket filter names the cluster. Only the filter may set it: it is removed from what a
 * client sends, and before a server sees it.
 */
export const CLUSTER_HEADER = 'x-cohort-cluster';

/** The cluster of the greeters (see `greeter/`). */
export const GREETERS = 'greeters';

/**
 * Request headers in which a greeter is told the name of the listener, and the address at which the proxy took the device;
 * only the connection manager sets them.
 */
export const LISTENER_HEADER = 'x-cohort-listener';
export const ADDRESS_HEADER = 'x-cohort-address';

/**
 * Request header with a greeter's signed word for the organization of a connection that it relays, and the one into which
 * Envoy's jwt_authn puts the name once it has verified it. The latter is removed from what a client sends.
 */
export const RELAY_HEADER = 'x-cohort-relay';
export const RELAYED_HEADER = 'x-cohort-organization';
export const RELAY_ISSUER = 'cohort-greeter';

/** The ECDS resource of the filter that verifies relayed connections. */
export const RELAY_KEYS = 'relay_keys';

/** Filter state in which the filters put the hash key (`<server id>_<k>`); Envoy's own name for it. */
export const HASH_KEY_STATE = 'envoy.hashable_string';

/**
 * How often a proxy tries another server before it gives a connection up, and the pause before each try. Measured: two
 * hundred connects at once to a refusing server all landed on one other server.
 */
export const CONNECT_ATTEMPTS = 6;
export const CONNECT_BACKOFF = { base_interval: '0.002s', max_interval: '0.1s' } as const;

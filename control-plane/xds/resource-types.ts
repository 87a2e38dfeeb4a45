const PREFIX = 'type.googleapis.com/';

/** Type URLs of the resources that proxies are sent, by their xDS names. */
export const TYPE_URLS = {
  CDS: `${PREFIX}envoy.config.cluster.v3.Cluster`,
  EDS: `${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`,
  SDS: `${PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret`,
  LDS: `${PREFIX}envoy.config.listener.v3.Listener`,
  RDS: `${PREFIX}envoy.config.route.v3.RouteConfiguration`,
  ECDS: `${PREFIX}envoy.config.core.v3.TypedExtensionConfig`,
} as const;

/** For people: `CDS`, or the message's name where the type has no xDS name here. */
export function shortType(typeUrl: string): string {
  for (const [name, url] of Object.entries(TYPE_URLS)) if (url === typeUrl) return name;
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1);
}

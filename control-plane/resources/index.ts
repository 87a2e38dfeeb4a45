/** What a proxy is sent: pure functions from small inputs to typed Envoy resources. */
export { accessLog } from './access-log.ts';
export { RING_SIZE, serverCluster, type ServerClusterOptions } from './clusters.ts';
export { serverEndpoints, type ServerEndpoint } from './endpoints.ts';
export {
  greeterCluster,
  greeterEndpoints,
  relayKeys,
  type GreeterEndpoint,
  type RelayPublicKey,
} from './greeters.ts';
export { healthCheck, type HealthCheckKind } from './health-checks.ts';
export {
  HealthCheckInputError,
  healthChecks,
  type ClusterToCheck,
  type HealthChecksOptions,
} from './health.ts';
export {
  assignmentListener,
  organizationsListener,
  tcpListener,
  websocketListener,
  type DeviceListenerOptions,
  type ListenerResource,
  type TcpListenerOptions,
  type WebsocketListenerOptions,
} from './listeners.ts';
export * from './names.ts';
export { jwtFilter, type JwtOptions, type JwtProviderOptions } from './jwt.ts';
export { httpPlugin, networkPlugin, type FilterCode, type PluginOptions } from './plugin.ts';
export { deviceRoutes } from './routes.ts';
export { deviceTls, secret, type DeviceTlsOptions, type Material, type SecretOptions } from './tls.ts';

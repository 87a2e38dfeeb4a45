/** What proxies speak to: incremental ADS, HDS and the filters' reports. See docs/decisions/0008-xds.md. */
export { controlPlaneCheck, nodeCheck, type ControlPlaneCheck, type NodeCheck } from './admission.ts';
export { AdsService, type AdsOptions, type Service } from './ads.ts';
export { type TlsFiles } from './credentials.ts';
export { HdsService, type HealthSpecification } from './hds.ts';
export { HealthViews, type HealthStatus, type Sighting, type Transition } from './health-view.ts';
export { identityOf, type Identity } from './identity.ts';
export { pendingOf, PushTimes } from './push-times.ts';
export {
  ProxyRegistry,
  refusalsOf,
  type Acknowledged,
  type ConnectedProxy,
  type ProxyNode,
  type Refused,
  type RefusedResource,
} from './registry.ts';
export { ReportsService, type ReportSink } from './reports.ts';
export { shortType, TYPE_URLS } from './resource-types.ts';
export { XdsServer, type XdsServerOptions } from './server.ts';
export { snapshotOf, snapshotOfEncoded, type NamedAny, type Resource, type Snapshot } from './snapshot.ts';

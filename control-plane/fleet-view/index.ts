/** What the proxies say, merged, and how it comes to the replica that leads. See docs/decisions/0008-xds.md. */
export { appliedBy } from './applied.ts';
export type { Batch, ProxyFacts, ViewFacts } from './facts.ts';
export { FleetService, LocalLeader, RemoteLeader, type BatchSink } from './fleet-service.ts';
export {
  FleetView,
  type FleetViewOptions,
  type OrganizationView,
  type ProxyCount,
  type ProxyView,
  type ServerView,
  type SplitSlot,
} from './fleet-view.ts';
export { Forwarder, type ForwarderOptions, type ForwardTarget } from './forwarder.ts';
export type { Traffic } from './rate.ts';

/**
 * The values that are stored and shared, their schemas and their keys.
 *
 * | key (under the store's prefix) | value | lives |
 * | --- | --- | --- |
 * | `servers/<id>` | `Server` | until deleted |
 * | `pins/<organization, percent-encoded>` | `Pin` | until deleted |
 * | `settings` | `Settings` | until deleted |
 * | `scan` | `ScanState` | until deleted |
 * | `versioned/assignment/…` | `Assignment`, see `encodeAssignment` | the last few versions |
 * | `agents/<server id>` | `AgentStatus` | under the agent's lease |
 * | `greeters/<id>` | `Greeter` | under its lease |
 * | `proxies/<id>` | `Proxy` | under the lease of its replica |
 * | `replicas/<id>` | `Replica` | under its lease |
 * | `views/<proxy id>` | `View` | under the lease of its replica |
 * | `verdicts` | `Verdicts` | until deleted |
 * | `organizations/<organization, percent-encoded>` | `KnownOrganization` | until deleted |
 * | `quarantines/<organization, percent-encoded>` | `Quarantine` | until an operator lifts it |
 * | `rebalancing` | `Rebalancing` | until deleted |
 * | `rebalances/<epoch>.<version>` | `Round` | 30 days, or 10,000 moves |
 * | `rebalance-parts/<epoch>.<version>/<number>` | more moves of that round | as the round |
 * | `selectors/<organization, percent-encoded>` | `Selector` | until deleted |
 * | `elections/rebalancer/<lease>` | the candidate's address | under its lease |
 */
export { agents, agentStatusSchema, type AgentStatus } from './agent-status.ts';
export { ASSIGNMENT, decodeAssignment, encodeAssignment, type Assignment } from './assignment.ts';
export { greeters, greeterSchema, type Greeter } from './greeter.ts';
export { type Decoded, decodeJson } from './json.ts';
export { jsonKind, jsonSingleton, type Kind } from './kind.ts';
export { DEFAULT_LISTENERS, listenerSchema, listenersSchema, type ListenerSettings } from './listener.ts';
export { knownOrganizationSchema, organizations, type KnownOrganization } from './organization.ts';
export { pacePerWorker } from './pace.ts';
export { declaredBytes, type DeclaredBytes } from './protocols.ts';
export { pins, pinSchema, type Pin } from './pin.ts';
export { proxies, proxySchema, uint64Schema, type Proxy } from './proxy.ts';
export { quarantines, quarantineSchema, type Quarantine } from './quarantine.ts';
export {
  KEPT_MS,
  MOST_MOVES,
  NOT_PAUSED,
  partSchema,
  partsPrefix,
  rebalancing,
  rebalancingSchema,
  recordedMoveSchema,
  rounds,
  roundSchema,
  selectors,
  selectorSchema,
  type Rebalancing,
  type RecordedMove,
  type Round,
  type Trial,
  type Selector,
} from './rebalance.ts';
export { replicas, replicaSchema, type Replica } from './replica.ts';
export {
  actionSchema,
  MOST_NAMED,
  MOST_RECORDS,
  scan,
  scanRecordSchema,
  scanStateSchema,
  triggerSchema,
  whySchema,
  withRecord,
  type Action,
  type Found,
  type ScanRecord,
  type ScanState,
  type Trigger,
  type Why,
} from './scan.ts';
export {
  addressSchema,
  labelsSchema,
  portKindSchema,
  servers,
  serverSchema,
  type Address,
  type Labels,
  type PortKind,
  type Server,
} from './server.ts';
export { DEFAULT_SETTINGS, settings, settingsSchema, type Settings } from './settings.ts';
export { sourceSchema, type SourceSettings } from './source.ts';
export { idSchema, organizationSchema } from './text.ts';
export { jwtSchema, tlsSchema, type JwtSettings, type TlsSettings } from './tls.ts';
export {
  NO_BRAKE,
  NO_VERDICTS,
  verdicts,
  verdictsSchema,
  type Avoided,
  type Brake,
  type ServerVerdict,
  type Verdicts,
} from './verdicts.ts';
export { views, viewSchema, type SeenServer, type View } from './view.ts';

/** Name of the election whose leader is the rebalancer. */
export const REBALANCER = 'rebalancer';

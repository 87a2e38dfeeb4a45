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
 * | `proxies/<id>` | `Proxy` | under the lease of its replica |
 * | `replicas/<id>` | `Replica` | under its lease |
 * | `views/<proxy id>` | `View` | under the lease of its replica |
 * | `verdicts` | `Verdicts` | until deleted |
 * | `elections/rebalancer/<lease>` | the candidate's address | under its lease |
 */
export { agents, agentStatusSchema, type AgentStatus } from './agent-status.ts';
export { ASSIGNMENT, decodeAssignment, encodeAssignment, type Assignment } from './assignment.ts';
export { type Decoded, decodeJson } from './json.ts';
export { jsonKind, jsonSingleton, type Kind } from './kind.ts';
export {
  DEFAULT_LISTENERS,
  listenerSchema,
  listenersSchema,
  type ListenerSettings,
  type SourceSettings,
} from './listener.ts';
export { pins, pinSchema, type Pin } from './pin.ts';
export { proxies, proxySchema, uint64Schema, type Proxy } from './proxy.ts';
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
  portKindSchema,
  servers,
  serverSchema,
  type Address,
  type PortKind,
  type Server,
} from './server.ts';
export { DEFAULT_SETTINGS, settings, settingsSchema, type Settings } from './settings.ts';
export { idSchema, organizationSchema } from './text.ts';
export {
  NO_BRAKE,
  NO_VERDICTS,
  verdicts,
  verdictsSchema,
  type Brake,
  type ServerVerdict,
  type Verdicts,
} from './verdicts.ts';
export { views, viewSchema, type SeenServer, type View } from './view.ts';

/** Name of the election whose leader is the rebalancer. */
export const REBALANCER = 'rebalancer';

// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { JsonObject } from '../json.ts';

/** envoy.service.runtime.v3.Runtime */
export interface Runtime {
  name: string;
  layer?: JsonObject | undefined;
}

// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf } from '../json.ts';
import type { AnyResource } from './index.ts';

/** envoy.config.trace.v3.Tracing.Http */
export type Tracing_Http = {
  name: string;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

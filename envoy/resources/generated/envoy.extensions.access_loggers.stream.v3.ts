// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf } from '../json.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';

/** envoy.extensions.access_loggers.stream.v3.StderrAccessLog */
export type StderrAccessLog = AtMostOneOf<{
  log_format: envoy_config_core_v3.SubstitutionFormatString;
}>;

/** envoy.extensions.access_loggers.stream.v3.StdoutAccessLog */
export type StdoutAccessLog = AtMostOneOf<{
  log_format: envoy_config_core_v3.SubstitutionFormatString;
}>;

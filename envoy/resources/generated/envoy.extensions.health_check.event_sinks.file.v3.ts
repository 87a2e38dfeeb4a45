// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.

/** envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink */
export interface HealthCheckEventFileSink {
  event_log_path: string;
}

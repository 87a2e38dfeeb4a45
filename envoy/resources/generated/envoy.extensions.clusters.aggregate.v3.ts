// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.

/** envoy.extensions.clusters.aggregate.v3.ClusterConfig */
export interface ClusterConfig {
  clusters: readonly (string)[];
}

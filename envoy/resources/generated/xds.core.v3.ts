// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AnyResource } from './index.ts';

/** xds.core.v3.Authority */
export interface Authority {
  name: string;
}

/** xds.core.v3.CidrRange */
export interface CidrRange {
  address_prefix: string;
  prefix_len?: number | undefined;
}

/** xds.core.v3.ContextParams */
export interface ContextParams {
  params?: { readonly [key: string]: string } | undefined;
}

/** xds.core.v3.TypedExtensionConfig */
export interface TypedExtensionConfig {
  name: string;
  typed_config: AnyResource;
}

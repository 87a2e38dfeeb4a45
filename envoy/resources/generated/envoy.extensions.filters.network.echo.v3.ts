// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { NoFields } from '../json.ts';

/** envoy.extensions.filters.network.echo.v3.Echo */
export type Echo = NoFields;

// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration, Long, NoFields, OneOf } from '../json.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.type.v3.CodecClientType */
export type CodecClientType =
  | 'HTTP1'
  | 'HTTP2'
  | 'HTTP3';

/** envoy.type.v3.FractionalPercent.DenominatorType */
export type FractionalPercent_DenominatorType =
  | 'HUNDRED'
  | 'TEN_THOUSAND'
  | 'MILLION';

/** envoy.type.v3.RateLimitUnit */
export type RateLimitUnit =
  | 'UNKNOWN'
  | 'SECOND'
  | 'MINUTE'
  | 'HOUR'
  | 'DAY'
  | 'MONTH'
  | 'YEAR';

/** envoy.type.v3.StatusCode */
export type StatusCode =
  | 'Empty'
  | 'Continue'
  | 'OK'
  | 'Created'
  | 'Accepted'
  | 'NonAuthoritativeInformation'
  | 'NoContent'
  | 'ResetContent'
  | 'PartialContent'
  | 'MultiStatus'
  | 'AlreadyReported'
  | 'IMUsed'
  | 'MultipleChoices'
  | 'MovedPermanently'
  | 'Found'
  | 'SeeOther'
  | 'NotModified'
  | 'UseProxy'
  | 'TemporaryRedirect'
  | 'PermanentRedirect'
  | 'BadRequest'
  | 'Unauthorized'
  | 'PaymentRequired'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'ProxyAuthenticationRequired'
  | 'RequestTimeout'
  | 'Conflict'
  | 'Gone'
  | 'LengthRequired'
  | 'PreconditionFailed'
  | 'PayloadTooLarge'
  | 'URITooLong'
  | 'UnsupportedMediaType'
  | 'RangeNotSatisfiable'
  | 'ExpectationFailed'
  | 'MisdirectedRequest'
  | 'UnprocessableEntity'
  | 'Locked'
  | 'FailedDependency'
  | 'UpgradeRequired'
  | 'PreconditionRequired'
  | 'TooManyRequests'
  | 'RequestHeaderFieldsTooLarge'
  | 'InternalServerError'
  | 'NotImplemented'
  | 'BadGateway'
  | 'ServiceUnavailable'
  | 'GatewayTimeout'
  | 'HTTPVersionNotSupported'
  | 'VariantAlsoNegotiates'
  | 'InsufficientStorage'
  | 'LoopDetected'
  | 'NotExtended'
  | 'NetworkAuthenticationRequired';

/** envoy.type.v3.DoubleRange */
export interface DoubleRange {
  start?: number | undefined;
  end?: number | undefined;
}

/** envoy.type.v3.FractionalPercent */
export interface FractionalPercent {
  numerator?: number | undefined;
  denominator?: envoy_type_v3.FractionalPercent_DenominatorType | undefined;
}

/** envoy.type.v3.HashPolicy */
export type HashPolicy = OneOf<{
  source_ip: envoy_type_v3.HashPolicy_SourceIp;
  filter_state: envoy_type_v3.HashPolicy_FilterState;
}>;

/** envoy.type.v3.HashPolicy.FilterState */
export interface HashPolicy_FilterState {
  key: string;
}

/** envoy.type.v3.HashPolicy.SourceIp */
export type HashPolicy_SourceIp = NoFields;

/** envoy.type.v3.HttpStatus */
export interface HttpStatus {
  code: envoy_type_v3.StatusCode;
}

/** envoy.type.v3.Int32Range */
export interface Int32Range {
  start?: number | undefined;
  end?: number | undefined;
}

/** envoy.type.v3.Int64Range */
export interface Int64Range {
  start?: Long | undefined;
  end?: Long | undefined;
}

/** envoy.type.v3.Percent */
export interface Percent {
  value?: number | undefined;
}

/** envoy.type.v3.SemanticVersion */
export interface SemanticVersion {
  major_number?: number | undefined;
  minor_number?: number | undefined;
  patch?: number | undefined;
}

/** envoy.type.v3.TokenBucket */
export interface TokenBucket {
  max_tokens?: number | undefined;
  tokens_per_fill?: number | undefined;
  fill_interval: Duration;
}

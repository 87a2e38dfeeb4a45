// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, NoFields } from '../json.ts';
import type { AnyResource } from './index.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_extensions_transport_sockets_tls_v3 from './envoy.extensions.transport_sockets.tls.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification */
export type CertificateValidationContext_TrustChainVerification =
  | 'VERIFY_TRUST_CHAIN'
  | 'ACCEPT_UNTRUSTED';

/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy */
export type DownstreamTlsContext_OcspStaplePolicy =
  | 'LENIENT_STAPLING'
  | 'STRICT_STAPLING'
  | 'MUST_STAPLE';

/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType */
export type SubjectAltNameMatcher_SanType =
  | 'SAN_TYPE_UNSPECIFIED'
  | 'EMAIL'
  | 'DNS'
  | 'URI'
  | 'IP_ADDRESS'
  | 'OTHER_NAME';

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.CompliancePolicy */
export type TlsParameters_CompliancePolicy =
  | 'FIPS_202205'
  | 'CNSA2_202603'
  | 'CNSA1_202603';

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol */
export type TlsParameters_TlsProtocol =
  | 'TLS_AUTO'
  | 'TLSv1_0'
  | 'TLSv1_1'
  | 'TLSv1_2'
  | 'TLSv1_3';

/** envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance */
export interface CertificateProviderPluginInstance {
  instance_name: string;
  certificate_name?: string | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext */
export interface CertificateValidationContext {
  trusted_ca?: envoy_config_core_v3.DataSource | undefined;
  ca_certificate_provider_instance?: envoy_extensions_transport_sockets_tls_v3.CertificateProviderPluginInstance | undefined;
  system_root_certs?: envoy_extensions_transport_sockets_tls_v3.CertificateValidationContext_SystemRootCerts | undefined;
  watched_directory?: envoy_config_core_v3.WatchedDirectory | undefined;
  verify_certificate_spki?: readonly (string)[] | undefined;
  verify_certificate_hash?: readonly (string)[] | undefined;
  match_typed_subject_alt_names?: readonly (envoy_extensions_transport_sockets_tls_v3.SubjectAltNameMatcher)[] | undefined;
  require_signed_certificate_timestamp?: boolean | undefined;
  crl?: envoy_config_core_v3.DataSource | undefined;
  allow_expired_certificate?: boolean | undefined;
  trust_chain_verification?: envoy_extensions_transport_sockets_tls_v3.CertificateValidationContext_TrustChainVerification | undefined;
  custom_validator_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  only_verify_leaf_cert_crl?: boolean | undefined;
  max_verify_depth?: number | undefined;
  suppress_client_ca_list?: boolean | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts */
export type CertificateValidationContext_SystemRootCerts = NoFields;

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext */
export type CommonTlsContext = {
  tls_params?: envoy_extensions_transport_sockets_tls_v3.TlsParameters | undefined;
  tls_certificates?: readonly (envoy_extensions_transport_sockets_tls_v3.TlsCertificate)[] | undefined;
  tls_certificate_sds_secret_configs?: readonly (envoy_extensions_transport_sockets_tls_v3.SdsSecretConfig)[] | undefined;
  tls_certificate_provider_instance?: envoy_extensions_transport_sockets_tls_v3.CertificateProviderPluginInstance | undefined;
  custom_tls_certificate_selector?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  alpn_protocols?: readonly (string)[] | undefined;
  custom_handshaker?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  key_log?: envoy_extensions_transport_sockets_tls_v3.TlsKeyLog | undefined;
} & AtMostOneOf<{
  validation_context: envoy_extensions_transport_sockets_tls_v3.CertificateValidationContext;
  validation_context_sds_secret_config: envoy_extensions_transport_sockets_tls_v3.SdsSecretConfig;
  combined_validation_context: envoy_extensions_transport_sockets_tls_v3.CommonTlsContext_CombinedCertificateValidationContext;
}>;

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext */
export interface CommonTlsContext_CombinedCertificateValidationContext {
  default_validation_context: envoy_extensions_transport_sockets_tls_v3.CertificateValidationContext;
  validation_context_sds_secret_config: envoy_extensions_transport_sockets_tls_v3.SdsSecretConfig;
}

/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext */
export type DownstreamTlsContext = {
  common_tls_context?: envoy_extensions_transport_sockets_tls_v3.CommonTlsContext | undefined;
  require_client_certificate?: boolean | undefined;
  require_sni?: boolean | undefined;
  disable_stateful_session_resumption?: boolean | undefined;
  session_timeout?: Duration | undefined;
  ocsp_staple_policy?: envoy_extensions_transport_sockets_tls_v3.DownstreamTlsContext_OcspStaplePolicy | undefined;
  full_scan_certs_on_sni_mismatch?: boolean | undefined;
  prefer_client_ciphers?: boolean | undefined;
} & AtMostOneOf<{
  session_ticket_keys: envoy_extensions_transport_sockets_tls_v3.TlsSessionTicketKeys;
  session_ticket_keys_sds_secret_config: envoy_extensions_transport_sockets_tls_v3.SdsSecretConfig;
  disable_stateless_session_resumption: boolean;
}>;

/** envoy.extensions.transport_sockets.tls.v3.GenericSecret */
export interface GenericSecret {
  secret?: envoy_config_core_v3.DataSource | undefined;
  secrets?: { readonly [key: string]: envoy_config_core_v3.DataSource } | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider */
export type PrivateKeyProvider = {
  provider_name: string;
  fallback?: boolean | undefined;
} & AtMostOneOf<{
  typed_config: AnyResource;
}>;

/** envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig */
export interface SdsSecretConfig {
  name: string;
  sds_config?: envoy_config_core_v3.ConfigSource | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.Secret */
export type Secret = {
  name?: string | undefined;
} & AtMostOneOf<{
  tls_certificate: envoy_extensions_transport_sockets_tls_v3.TlsCertificate;
  session_ticket_keys: envoy_extensions_transport_sockets_tls_v3.TlsSessionTicketKeys;
  validation_context: envoy_extensions_transport_sockets_tls_v3.CertificateValidationContext;
  generic_secret: envoy_extensions_transport_sockets_tls_v3.GenericSecret;
}>;

/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher */
export interface SubjectAltNameMatcher {
  san_type: envoy_extensions_transport_sockets_tls_v3.SubjectAltNameMatcher_SanType;
  matcher: envoy_type_matcher_v3.StringMatcher;
  oid?: string | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.TlsCertificate */
export interface TlsCertificate {
  certificate_chain?: envoy_config_core_v3.DataSource | undefined;
  private_key?: envoy_config_core_v3.DataSource | undefined;
  pkcs12?: envoy_config_core_v3.DataSource | undefined;
  watched_directory?: envoy_config_core_v3.WatchedDirectory | undefined;
  private_key_provider?: envoy_extensions_transport_sockets_tls_v3.PrivateKeyProvider | undefined;
  password?: envoy_config_core_v3.DataSource | undefined;
  ocsp_staple?: envoy_config_core_v3.DataSource | undefined;
  signed_certificate_timestamp?: readonly (envoy_config_core_v3.DataSource)[] | undefined;
  tls_params?: envoy_extensions_transport_sockets_tls_v3.TlsParameters | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.TlsKeyLog */
export interface TlsKeyLog {
  path: string;
  local_address_range?: readonly (envoy_config_core_v3.CidrRange)[] | undefined;
  remote_address_range?: readonly (envoy_config_core_v3.CidrRange)[] | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters */
export interface TlsParameters {
  tls_minimum_protocol_version?: envoy_extensions_transport_sockets_tls_v3.TlsParameters_TlsProtocol | undefined;
  tls_maximum_protocol_version?: envoy_extensions_transport_sockets_tls_v3.TlsParameters_TlsProtocol | undefined;
  cipher_suites?: readonly (string)[] | undefined;
  ecdh_curves?: readonly (string)[] | undefined;
  signature_algorithms?: readonly (string)[] | undefined;
  compliance_policies?: readonly (envoy_extensions_transport_sockets_tls_v3.TlsParameters_CompliancePolicy)[] | undefined;
}

/** envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys */
export interface TlsSessionTicketKeys {
  keys: readonly (envoy_config_core_v3.DataSource)[];
}

/** envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext */
export interface UpstreamTlsContext {
  common_tls_context?: envoy_extensions_transport_sockets_tls_v3.CommonTlsContext | undefined;
  sni?: string | undefined;
  auto_host_sni?: boolean | undefined;
  auto_sni_san_validation?: boolean | undefined;
  allow_renegotiation?: boolean | undefined;
  max_session_keys?: number | undefined;
}

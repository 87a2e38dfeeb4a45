// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.

/** envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector */
export interface TlsInspector {
  enable_ja3_fingerprinting?: boolean | undefined;
  enable_ja4_fingerprinting?: boolean | undefined;
  initial_read_buffer_size?: number | undefined;
  close_connection_on_client_hello_parsing_errors?: boolean | undefined;
  max_client_hello_size?: number | undefined;
}

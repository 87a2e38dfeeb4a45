import { any, type Message } from '../../envoy/resources/index.ts';

/** One JSON object for each finished connection or request, appended to a file (`/dev/stdout` included). */
export function accessLog(path: string): Message<'envoy.config.accesslog.v3.AccessLog'> {
  return {
    name: 'envoy.access_loggers.file',
    typed_config: any('envoy.extensions.access_loggers.file.v3.FileAccessLog', {
      path,
      log_format: {
        json_format: {
          start: '%START_TIME%',
          duration_ms: '%DURATION%',
          // From accept until a server was reached, retries included.
          connected_us: '%COMMON_DURATION(DS_RX_BEG:US_CX_END:us)%',
          device: '%DOWNSTREAM_REMOTE_ADDRESS%',
          cluster: '%UPSTREAM_CLUSTER_RAW%',
          server: '%UPSTREAM_HOST%',
          status: '%RESPONSE_CODE%',
          flags: '%RESPONSE_FLAGS%',
          details: '%CONNECTION_TERMINATION_DETAILS%',
          received_bytes: '%BYTES_RECEIVED%',
          sent_bytes: '%BYTES_SENT%',
        },
      },
    }),
  };
}

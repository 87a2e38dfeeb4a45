/** The certificate of the bench's proxies, made at its first use: P-256, as devices mostly have. */
import { Authority } from '../../../control-plane/certificates/authority.ts';
import type { Message } from '../../../envoy/resources/index.ts';

type DownstreamTls = Message<'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'>;

const authority = await Authority.create('bench');
const { certificate, privateKey } = await authority.issue('bench', { dns: ['bench'] });

export function benchTls(): DownstreamTls {
  return {
    common_tls_context: {
      tls_certificates: [
        {
          certificate_chain: { inline_bytes: Buffer.from(certificate) },
          private_key: { inline_bytes: Buffer.from(privateKey) },
        },
      ],
    },
    // Every connect is a whole handshake.
    disable_stateless_session_resumption: true,
    disable_stateful_session_resumption: true,
  };
}

/** A proxy's certificate, and a device's, whose subject names the organization; made anew by each run. */
import { Authority } from '../../control-plane/certificates/authority.ts';
import type { DeviceListenerOptions } from '../../control-plane/resources/index.ts';

const authority = await Authority.create('clients');
const device = await authority.issue('device', { organization: 'acme' });
const proxy = await authority.issue('proxy', { dns: ['proxy'] });
const inline = (pem: string) => ({ inline_bytes: Buffer.from(pem) });

export const deviceTls = { key: device.privateKey, cert: device.certificate };

export const proxyTls: DeviceListenerOptions['tls'] = {
  require_client_certificate: true,
  common_tls_context: {
    tls_certificates: [
      { certificate_chain: inline(proxy.certificate), private_key: inline(proxy.privateKey) },
    ],
    validation_context: { trusted_ca: inline(authority.pair.certificate) },
  },
};

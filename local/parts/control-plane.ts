import { join } from 'node:path';
import { certificateFiles } from '../certificates.ts';
import type { Context } from '../context.ts';
import { isOk } from '../http.ts';
import { LOOPBACK, type Place } from '../place.ts';
import type { Ports } from '../ports.ts';
import { ProcessPart } from './part.ts';

/** Where the certificates of the stack's parts are, each in a directory of its id. */
export function certificatesDirectory(context: Context): string {
  return join(context.directory, 'certificates');
}

/** A replica of the control plane, not started. */
export async function controlPlane(
  context: Context,
  ports: Ports,
  id: string,
  etcdEndpoints: readonly string[],
  { place = LOOPBACK, tokenFile }: { readonly place?: Place; readonly tokenFile?: string | undefined } = {},
): Promise<ProcessPart> {
  const xds = `${place.host}:${await ports.next()}`;
  const admin = `${place.host}:${await ports.next()}`;
  const tls = certificateFiles(join(certificatesDirectory(context), id));
  const args = [
    ...['control-plane', '--id', id, '--etcd', etcdEndpoints.join(',')],
    ...['--xds', xds, '--advertise', xds, '--admin', admin],
    ...['--tls-cert', tls.certificate, '--tls-key', tls.privateKey, '--tls-ca', tls.trustedCa],
    ...(tokenFile === undefined ? [] : ['--token-file', tokenFile]),
    ...['--log-level', 'warn'],
  ];
  return new ProcessPart({
    context,
    process: context.cohort(id, args, { place }),
    addresses: { xds, admin: `http://${admin}` },
    serves: () => isOk(`http://${admin}/readyz`),
  });
}

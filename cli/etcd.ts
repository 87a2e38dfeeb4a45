/** Options of the commands that use etcd. */
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { EtcdStoreOptions } from '../control-plane/store/index.ts';
import { ETCD_PREFIX } from '../local/defaults.ts';
import * as values from './values.ts';

/** What the options give. */
export interface EtcdFlags {
  readonly etcd: string[];
  readonly etcdPrefix: string;
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
}

export const etcdOption = (): Option =>
  new Option('--etcd <url,url>', 'client URLs of etcd, separated by commas').argParser(values.etcdEndpoints);

export function etcdDetailOptions(): Option[] {
  return [
    new Option('--etcd-prefix <prefix>', 'under which all keys lie; ends with a slash').default(ETCD_PREFIX),
    new Option('--etcd-ca <file>', "PEM: who signs etcd's certificate (default: the system's list)"),
    new Option('--etcd-cert <file>', 'PEM: the certificate that is shown to etcd'),
    new Option('--etcd-key <file>', 'PEM: its key'),
  ];
}

/** The connection that the options describe. @throws Error for a file that cannot be read */
export async function etcdConnection(
  flags: EtcdFlags,
): Promise<Pick<EtcdStoreOptions, 'endpoints' | 'prefix' | 'tls'>> {
  const { etcd, etcdPrefix, etcdCa, etcdCert, etcdKey } = flags;
  const connection = { endpoints: etcd, prefix: etcdPrefix };
  if (etcdCa === undefined && etcdCert === undefined && etcdKey === undefined) return connection;
  const tls = {
    ...(etcdCa === undefined ? {} : { ca: await readFile(etcdCa) }),
    ...(etcdCert === undefined ? {} : { cert: await readFile(etcdCert) }),
    ...(etcdKey === undefined ? {} : { key: await readFile(etcdKey) }),
  };
  return { ...connection, tls };
}

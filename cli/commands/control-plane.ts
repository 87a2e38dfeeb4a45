import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ControlPlaneOptions } from '../../control-plane/main.ts';
import type { Address } from '../../control-plane/model/index.ts';
import { FILTER_CODE } from '../../local/defaults.ts';
import { etcdConnection, etcdDetailOptions, etcdOption, type EtcdFlags } from '../etcd.ts';
import { logger, logLevelOption } from '../logging.ts';
import { untilSignal } from '../signals.ts';
import * as values from '../values.ts';

interface Flags extends EtcdFlags {
  readonly id: string;
  readonly xds: Address;
  readonly admin: Address;
  readonly advertise?: Advertised;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly plaintext: boolean;
  readonly tokenFile?: string;
  readonly filterCode: string;
  readonly logLevel: string;
}

interface Advertised {
  readonly host: string;
  readonly xdsPort?: number;
}

const XDS: Address = { host: '127.0.0.1', port: 18_000 };
const ADMIN: Address = { host: '127.0.0.1', port: 18_001 };

export function controlPlaneCommand(): Command {
  const command = new Command('control-plane')
    .description('Runs a replica of the control plane: xDS for proxies, the admin interface, metrics')
    .requiredOption('--id <id>', 'unique among the replicas', values.id)
    .addOption(etcdOption().makeOptionMandatory())
    .addOption(
      listenOption(
        '--xds <host:port>',
        'where proxies and other replicas are served; port 0: a free one',
        XDS,
      ),
    )
    .addOption(
      listenOption(
        '--admin <host:port>',
        'where REST and metrics are; off loopback it needs --token-file',
        ADMIN,
      ),
    )
    .option(
      '--advertise <host[:port]>',
      'where other replicas reach it, the port being that of xDS (default: as it listens)',
      advertised,
    )
    .option('--tls-cert <file>', 'PEM: its own certificate chain; read again when it changes')
    .option('--tls-key <file>', 'PEM: its key')
    .option('--tls-ca <file>', "PEM: who signs the proxies' and replicas' certificates")
    .option('--plaintext', 'no TLS: on loopback alone', false)
    .option(
      '--token-file <file>',
      'holds the bearer token that the admin interface asks for, the same for all replicas',
    )
    .option('--filter-code <file>', "the protocol filters' compiled Wasm", FILTER_CODE)
    .addOption(logLevelOption())
    .action(run);
  for (const option of etcdDetailOptions()) command.addOption(option);
  return command;
}

/** An option whose value is an address to listen on. */
function listenOption(flags: string, description: string, standard: Address): Option {
  return new Option(flags, description)
    .argParser(values.listenAddress)
    .default(standard, values.printAddress(standard));
}

function advertised(text: string): Advertised {
  if (/:\d+$/.test(text) && !/^[^[]*:.*:/.test(text)) {
    const { host, port } = values.address(text);
    return { host, xdsPort: port };
  }
  if (!/^[A-Za-z0-9._:-]{1,253}$/.test(text)) {
    throw new InvalidArgumentError('It must be a host, or host:port.');
  }
  return { host: text };
}

async function run(flags: Flags, command: Command): Promise<void> {
  const { startControlPlane } = await import('../../control-plane/main.ts');
  const { id, xds, admin, advertise, tokenFile, filterCode } = flags;
  const log = logger('control-plane', flags.logLevel);
  const { interrupted } = untilSignal();
  const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim();
  const controlPlane = await startControlPlane({
    id,
    etcd: await etcdConnection(flags),
    xds: { ...xds, security: security(flags, command) },
    admin: { ...admin, token },
    ...(advertise === undefined ? {} : { advertise }),
    filterCodePath: filterCode,
    log,
  });
  const { ports } = controlPlane;
  const listening = {
    event: 'listening',
    id,
    xds: values.printAddress({ ...xds, port: ports.xds }),
    admin: `http://${values.printAddress({ ...admin, port: ports.admin })}`,
  };
  process.stdout.write(`${JSON.stringify(listening)}\n`);
  await interrupted;
  await controlPlane.stop();
}

function security(flags: Flags, command: Command): ControlPlaneOptions['xds']['security'] {
  const { tlsCert, tlsKey, tlsCa, plaintext } = flags;
  const given = [tlsCert, tlsKey, tlsCa].filter((file) => file !== undefined).length;
  if (plaintext && given === 0) return 'plaintext';
  if (plaintext || tlsCert === undefined || tlsKey === undefined || tlsCa === undefined) {
    command.error('error: give all of --tls-cert, --tls-key and --tls-ca, or --plaintext');
  }
  return { certificate: tlsCert, privateKey: tlsKey, trustedCa: tlsCa };
}

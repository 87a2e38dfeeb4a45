import { access, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Address } from '../../control-plane/model/index.ts';
import * as values from '../values.ts';

interface Flags {
  readonly id: string;
  readonly workers: number;
  readonly controlPlane: Address[];
  readonly certs?: string;
  readonly plaintext: boolean;
  readonly adminPort: number;
  readonly stats?: Address;
}

export function bootstrapCommand(): Command {
  return new Command('bootstrap')
    .description("Prints a proxy's bootstrap as JSON: all that an Envoy needs besides its certificates")
    .requiredOption(
      '--id <id>',
      'of the proxy, unique among all proxies; its certificate names it',
      values.id,
    )
    .option(
      '--workers <count>',
      'worker threads; start Envoy with --concurrency of the same',
      values.whole(1, 1000),
      1,
    )
    .requiredOption(
      '--control-plane <host:port...>',
      'where replicas of the control plane serve xDS',
      values.addresses,
    )
    .option(
      '--certs <directory>',
      "the proxy's certificate.pem, key.pem and ca.pem, as `cohort certs` writes them",
    )
    .option('--plaintext', 'no TLS: for a control plane on loopback', false)
    .option(
      '--admin-port <port>',
      "of Envoy's admin interface on 127.0.0.1; 0: a free one",
      values.whole(0, 65_535),
      0,
    )
    .option(
      '--stats <host:port>',
      'where Prometheus finds /stats/prometheus, and nobody anything else (default: on the admin interface alone)',
      values.address,
    )
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
With --certs two more files are written into that directory, through which Envoy notices renewed certificates
(proxy-secret.json, control-plane-secret.json). Run it on the proxy's machine: the bootstrap names absolute paths.`;

async function run(flags: Flags, command: Command): Promise<void> {
  const { bootstrap, secretFiles } = await import('../../envoy/bootstrap.ts');
  const { CONTROL_PLANE_NAME } = await import('../../control-plane/certificates/authority.ts');
  const { certificateFiles } = await import('../../local/certificates.ts');
  const { id, workers, controlPlane, certs, adminPort, stats } = flags;
  if ((certs === undefined) !== flags.plaintext)
    command.error('error: give --certs DIRECTORY, or --plaintext');
  if (stats !== undefined && adminPort === 0) command.error('error: --stats needs --admin-port');
  const common = {
    ...{ id, workers, controlPlanes: controlPlane, admin: { port: adminPort } },
    ...(stats === undefined ? {} : { stats: { address: stats.host, port: stats.port } }),
  };
  if (certs === undefined) return print(bootstrap(common));
  const directory = resolve(certs);
  const files = certificateFiles(directory);
  for (const path of Object.values(files)) {
    await access(path).catch(() =>
      command.error(`error: ${path} is not there: make it with \`cohort certs\``),
    );
  }
  const tls = {
    ...files,
    serverName: CONTROL_PLANE_NAME,
    watchedDirectory: directory,
    secretsDirectory: directory,
  };
  for (const [path, secret] of Object.entries(secretFiles(tls))) {
    await writeFile(path, `${JSON.stringify(secret, null, 2)}\n`);
  }
  print(bootstrap({ ...common, tls }));
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

import { resolve } from 'node:path';
import { Command } from 'commander';
import * as values from '../values.ts';

interface Flags {
  readonly out: string;
  readonly proxy?: string[];
  readonly controlPlane?: { id: string; hosts: string[] }[];
}

export function certsCommand(): Command {
  return new Command('certs')
    .description('Makes a development certificate authority, and certificates for proxies and control planes')
    .requiredOption(
      '--out <directory>',
      'where the authority is, or is to be; each certificate goes to <directory>/<id>/',
    )
    .option('--proxy <id...>', 'proxies that need a certificate', values.ids)
    .option(
      '--control-plane <id=host,host...>',
      'control planes that need one, and the hosts that each is reached by',
      values.controlPlaneHosts,
    )
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
Certificates are valid for 365 days, the authority for 3650. Run it again to renew: the authority that is there is taken
up, and those named get new certificates, which proxies and control planes read without a restart. Keys are readable by
their owner alone. Prints the paths of what it wrote.`;

async function run({ out, proxy = [], controlPlane = [] }: Flags): Promise<void> {
  const { writeCertificates } = await import('../../local/certificates.ts');
  const written = await writeCertificates(resolve(out), { proxies: proxy, controlPlanes: controlPlane });
  process.stdout.write(written.map((path) => `${path}\n`).join(''));
}

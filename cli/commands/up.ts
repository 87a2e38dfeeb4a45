import { Command, InvalidArgumentError } from 'commander';
import type { ForeignServer, UpOptions } from '../../local/options.ts';
import { portKindsOf } from '../../local/options.ts';
import { JsonReporter, TextReporter } from '../../local/reporter.ts';
import { untilSignal } from '../signals.ts';
import * as values from '../values.ts';

interface Flags {
  readonly proxies: number;
  readonly workers: number;
  readonly controlPlanes: number;
  readonly etcdMembers: 1 | 3 | 5;
  readonly servers: number;
  readonly server?: ForeignServer[];
  readonly greeters: number;
  readonly devices: number;
  readonly organizations: number;
  readonly duration?: number;
  readonly basePort?: number;
  readonly json: boolean;
}

function members(text: string): 1 | 3 | 5 {
  if (text === '1' || text === '3' || text === '5') return Number(text) as 1 | 3 | 5;
  throw new InvalidArgumentError('etcd has 1, 3 or 5 members here.');
}

export function upCommand(): Command {
  return new Command('up')
    .description('Runs the whole system on this machine, with a fleet of simulated devices, until Ctrl-C')
    .option('--proxies <count>', 'Envoys that take devices', values.whole(1, 100), 2)
    .option('--workers <count>', 'worker threads of each Envoy', values.whole(1, 1000), 1)
    .option('--control-planes <count>', 'replicas of the control plane', values.whole(1, 100), 3)
    .option('--etcd-members <count>', 'members of etcd: 1, 3 or 5', members, 1)
    .option('--servers <count>', 'demo servers', values.whole(1, 1000), 3)
    .option(
      '--server <id=host:port...>',
      'servers that run already, in place of demo servers: id=host:port for MQTT, ' +
        'id=mqtt://host:port,ws://host:port for more; may be repeated',
      values.server,
    )
    .option(
      '--greeters <count>',
      'greeters, and a listener `greeted` for MQTT in WebSockets on any path, whose devices they relay',
      values.whole(0, 100),
      0,
    )
    .option('--devices <count>', 'simulated devices; 0 only serves', values.whole(0, 1_000_000), 200)
    .option(
      '--organizations <count>',
      'that the devices belong to, of Zipf sizes',
      values.whole(1, 1_000_000),
      20,
    )
    .option('--duration <seconds>', 'ends by itself this long after everything was ready', values.seconds)
    .option(
      '--base-port <port>',
      "the first of the ports, the proxies' listeners first (default: free ones)",
      values.whole(1, 65_000),
    )
    .option(
      '--json',
      'events as JSON on standard output, one a line: ready, status each second, summary',
      false,
    )
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
Exit code: 0 when all devices were connected at the end of --duration, no organization was split and every message
between devices of one organization arrived (or, without --duration, when Ctrl-C ended it); 1 when not; 130 when a
signal came before the end.`;

async function run(flags: Flags, command: Command): Promise<void> {
  const options = toOptions(flags, command);
  const { up } = await import('../../local/up.ts');
  const stdout = process.stdout;
  const isLive = stdout.isTTY === true;
  const text = new TextReporter(stdout, isLive);
  const { signal, stop } = untilSignal();
  // Whoever reads has gone, as in \`| head\`: nobody is left to tell.
  stdout.on('error', stop);
  const whole = await up(options, {
    reporter: options.json ? new JsonReporter(stdout) : text,
    say: (line) => {
      process.stderr.write(`${line}\n`);
      text.interrupted();
    },
    signal,
  });
  if (whole === undefined) process.exitCode = options.durationSeconds === undefined ? 0 : 130;
  else process.exitCode = whole ? 0 : 1;
}

function toOptions(flags: Flags, command: Command): UpOptions {
  const { server, duration, basePort, ...rest } = flags;
  const servers = server ?? flags.servers;
  if (server !== undefined && command.getOptionValueSource('servers') === 'cli') {
    command.error(
      'error: --servers starts demo servers and --server names servers of your own: give one of the two',
    );
  }
  if (portKindsOf(servers).length === 0) {
    command.error(
      'error: the servers have no port kind in common: every server must offer every protocol in use',
    );
  }
  return {
    ...rest,
    servers,
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(basePort === undefined ? {} : { basePort }),
  };
}

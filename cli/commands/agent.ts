import { Command } from 'commander';
import { CohortError } from '../../control-plane/errors.ts';
import { serverSchema, type Address } from '../../control-plane/model/index.ts';
import { meterOf, SOURCES_HELP, sourceOptions, type SourceFlags } from '../agent-sources.ts';
import { etcdConnection, etcdDetailOptions, etcdOption, type EtcdFlags } from '../etcd.ts';
import { logger, logLevelOption } from '../logging.ts';
import { untilSignal } from '../signals.ts';
import * as values from '../values.ts';

interface Flags extends EtcdFlags, SourceFlags {
  readonly server: string;
  readonly port: Record<string, Address>;
  readonly interval: number;
  readonly logLevel: string;
}

export function agentCommand(): Command {
  const command = new Command('agent')
    .description('Speaks for a server beside it: registers it, says that it lives, publishes its load')
    .requiredOption('--server <id>', 'the server', values.id)
    .addOption(etcdOption().makeOptionMandatory())
    .requiredOption(
      '--port <kind=host:port...>',
      'where proxies reach it, such as mqtt=10.0.0.1:1883',
      values.port,
    )
    .option('--interval <seconds>', 'between two measurements of the load', values.seconds, 2)
    .addOption(logLevelOption())
    .addHelpText('after', SOURCES_HELP)
    .action(run);
  for (const option of [...sourceOptions(), ...etcdDetailOptions()]) command.addOption(option);
  return command;
}

async function run(flags: Flags): Promise<void> {
  const intervalMs = flags.interval * 1_000;
  const meter = await meterOf(flags, intervalMs);
  const { Agent } = await import('../../control-plane/agent/index.ts');
  const { EtcdStore } = await import('../../control-plane/store/index.ts');
  const log = logger('agent', flags.logLevel);
  const { interrupted, signal, stop } = untilSignal();
  let isGone = false;
  const store = new EtcdStore({ ...(await etcdConnection(flags)), log });
  const agent = new Agent({
    store,
    server: serverSchema.parse({ id: flags.server, ports: flags.port }),
    meter,
    intervalMs,
    log,
    onGone: () => {
      // No other process will ever be the one with this number.
      isGone = flags.pid !== undefined;
      if (isGone) stop();
    },
  });
  try {
    const started = store.start().then(() => agent.start());
    // Whoever stops it while etcd is away ends this wait with an error that is none.
    started.catch(() => undefined);
    await Promise.race([started, interrupted]);
    if (!signal.aborted) {
      process.stdout.write(`${JSON.stringify({ event: 'registered', server: flags.server })}\n`);
    }
    await interrupted;
  } finally {
    await agent.stop();
    await store.stop();
  }
  if (isGone) {
    throw new CohortError(
      'COHORT_AGENT_SERVER_GONE',
      `process ${flags.pid} has ended, and so does its agent`,
    );
  }
}

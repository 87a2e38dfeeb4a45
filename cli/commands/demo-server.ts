import { Command } from 'commander';
import type { DemoServer } from '../../demo/server.ts';
import { etcdConnection, etcdDetailOptions, etcdOption, type EtcdFlags } from '../etcd.ts';
import { logger, logLevelOption } from '../logging.ts';
import { untilSignal } from '../signals.ts';
import * as values from '../values.ts';

interface Flags extends Omit<EtcdFlags, 'etcd'> {
  readonly id: string;
  readonly host: string;
  readonly advertiseHost?: string;
  readonly mqttPort: number;
  readonly websocketPort: number;
  readonly capacity?: number;
  readonly etcd?: string[];
  readonly logLevel: string;
}

export function demoServerCommand(): Command {
  const command = new Command('demo-server')
    .description(
      'Runs a demo server: MQTT broker and WebSocket relay, which tells at /status who is connected',
    )
    .requiredOption('--id <id>', 'of the server', values.id)
    .option('--host <address>', 'where it listens', '127.0.0.1')
    .option('--advertise-host <host>', 'where proxies reach it (default: where it listens)')
    .option('--mqtt-port <port>', 'for MQTT 3.1.1 and 5; 0: a free one', values.whole(0, 65_535), 0)
    .option('--websocket-port <port>', 'for WebSocket and /status; 0: a free one', values.whole(0, 65_535), 0)
    .option('--capacity <connections>', 'that it can carry (default: no limit)', values.whole(1))
    .addOption(etcdOption())
    .addOption(logLevelOption())
    .addHelpText('after', '\nWith --etcd it registers itself, and publishes its load.')
    .action(run);
  for (const option of etcdDetailOptions()) command.addOption(option);
  return command;
}

async function run(flags: Flags): Promise<void> {
  const { DemoServer } = await import('../../demo/server.ts');
  const { id, host, mqttPort, websocketPort } = flags;
  const { interrupted } = untilSignal();
  const server = await new DemoServer({ id, host, mqttPort, websocketPort }).start();
  const ports = { mqtt: server.mqttPort, websocket: server.websocketPort };
  process.stdout.write(`${JSON.stringify({ event: 'listening', id, host, ...ports })}\n`);
  const unregister = flags.etcd === undefined ? undefined : await register(server, flags, flags.etcd);
  try {
    await interrupted;
  } finally {
    await unregister?.();
    await server.stop();
  }
}

/** Registers the server in the background. @returns what takes its lease back */
async function register(server: DemoServer, flags: Flags, etcd: string[]): Promise<() => Promise<void>> {
  const { startAgent } = await import('../../control-plane/agent/start-agent.ts');
  const { id, host, advertiseHost = host, capacity } = flags;
  const { stop } = startAgent({
    id,
    ports: {
      mqtt: { host: advertiseHost, port: server.mqttPort },
      websocket: { host: advertiseHost, port: server.websocketPort },
    },
    etcd: await etcdConnection({ ...flags, etcd }),
    connections: () => server.connections,
    ...(capacity !== undefined && { capacity }),
    // On one machine several of them run side by side.
    sharesCgroup: true,
    log: logger('demo-server', flags.logLevel),
  });
  return stop;
}

import { Command } from 'commander';
import type { Address } from '../../control-plane/model/index.ts';
import type { DeviceProtocol } from '../../demo/device.ts';
import type { FleetStatus } from '../../demo/fleet.ts';
import { untilSignal } from '../signals.ts';
import * as values from '../values.ts';

interface Flags {
  readonly proxy: Record<string, Address>[];
  readonly devices: number;
  readonly organizations: number;
  readonly duration?: number;
  readonly json: boolean;
}

const SECOND_MS = 1_000;

export function fleetCommand(): Command {
  return new Command('fleet')
    .description('Simulates devices that connect through proxies and message their peers, until Ctrl-C')
    .requiredOption(
      '--proxy <mqtt=host:port,websocket=host:port...>',
      'where a proxy takes devices; may be repeated, each device picks one at random',
      values.proxy,
    )
    .option('--devices <count>', 'how many', values.whole(1, 1_000_000), 200)
    .option('--organizations <count>', 'that they belong to, of Zipf sizes', values.whole(1, 1_000_000), 20)
    .option('--duration <seconds>', 'ends by itself', values.seconds)
    .option('--json', 'events as JSON, one a line: status each second, summary', false)
    .action(run);
}

async function run(flags: Flags, command: Command): Promise<void> {
  const { Fleet } = await import('../../demo/fleet.ts');
  const { devices, organizations, duration, json } = flags;
  const everywhere = (kind: string): boolean => flags.proxy.every((proxy) => kind in proxy);
  const protocols: DeviceProtocol[] = [
    ...(everywhere('mqtt') ? (['mqtt5', 'mqtt'] as const) : []),
    ...(everywhere('websocket') ? (['websocket'] as const) : []),
  ];
  if (protocols.length === 0) command.error('error: the proxies have no protocol in common');
  const proxies = flags.proxy.map(({ mqtt, websocket }) => ({
    mqtt: mqtt === undefined ? '' : values.printAddress(mqtt),
    websocket: websocket === undefined ? '' : values.printAddress(websocket),
  }));
  const { interrupted, stop } = untilSignal();
  const fleet = new Fleet({ devices, organizations, proxies, protocols });
  const tell = (event: 'status' | 'summary'): void => {
    const status = fleet.status();
    process.stdout.write(json ? `${JSON.stringify({ event, ...status })}\n` : `${line(status)}\n`);
  };
  process.stdout.on('error', stop);
  fleet.start();
  const everySecond = setInterval(() => tell('status'), SECOND_MS);
  const end = duration === undefined ? undefined : setTimeout(stop, duration * SECOND_MS);
  await interrupted;
  clearInterval(everySecond);
  clearTimeout(end);
  tell('summary');
  await fleet.stop();
}

function line({ connected, devices, organizations, delivered, lost, endings }: FleetStatus): string {
  const ends = Object.entries(endings).map(([how, times]) => `${how} ${times}`);
  return (
    `${connected} of ${devices} devices of ${organizations} organizations connected; messages: ${delivered} arrived, ` +
    `${lost} lost; connections ended: ${ends.join(', ') || 'none'}`
  );
}

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import type { Address } from '../../control-plane/model/index.ts';
import { CohortError } from '../../control-plane/errors.ts';
import type { Redirect } from '../../greeter/device.ts';
import { etcdConnection, etcdDetailOptions, etcdOption, type EtcdFlags } from '../etcd.ts';
import { logger, logLevelOption } from '../logging.ts';
import { untilSignal } from '../signals.ts';
import * as values from '../values.ts';

interface Flags extends EtcdFlags {
  readonly id: string;
  readonly listen: Address;
  readonly advertise?: Address;
  readonly redirect?: string;
  readonly relay?: ReadonlyMap<string, string>;
  readonly mostWaiting: number;
  readonly drain: number;
  readonly logLevel: string;
}

export function greeterCommand(): Command {
  const command = new Command('greeter')
    .description(
      'Greets WebSocket devices whose upgrade names no organization: reads their first message, ' +
        'and redirects or relays them',
    )
    .requiredOption('--id <id>', 'of the greeter, unique among all', values.id)
    .option('--listen <host:port>', 'where it takes upgrades; port 0: a free one', values.listenAddress, {
      host: '127.0.0.1',
      port: 0,
    })
    .option('--advertise <host:port>', 'where proxies reach it (default: where it listens)', values.address)
    .addOption(etcdOption().makeOptionMandatory())
    .option(
      '--relay <listener=url>',
      "where proxies take a listener's relayed devices, such as ws=wss://devices.example.com; may be repeated " +
        '(default: the proxy that a device came through, where it took it; without TLS)',
      values.relay,
    )
    .option('--redirect <module>', 'a module whose default export makes redirects, see docs/greeter.md')
    .option('--most-waiting <count>', 'devices that are greeted at once', values.whole(1, 1_000_000), 10_000)
    .option('--drain <seconds>', 'how long its end may take, until connections are cut', values.seconds, 10)
    .addOption(logLevelOption())
    .action(run);
  for (const option of etcdDetailOptions()) command.addOption(option);
  return command;
}

async function run(flags: Flags): Promise<void> {
  const { EtcdStore } = await import('../../control-plane/store/index.ts');
  const { Greeter } = await import('../../greeter/greeter.ts');
  const { greeterListeners } = await import('../../greeter/listeners.ts');
  const { loadIdentifierCode } = await import('../../greeter/identifier.ts');
  const { Registration } = await import('../../greeter/registration.ts');
  const { RelayKey } = await import('../../greeter/relay-key.ts');
  const { id, listen, mostWaiting } = flags;
  const log = logger('greeter', flags.logLevel);
  const { interrupted, signal } = untilSignal();
  const redirect = flags.redirect === undefined ? undefined : await loadRedirect(flags.redirect);
  const key = await RelayKey.draw(id);
  const greeter = await new Greeter({
    ...listen,
    ...{ code: await loadIdentifierCode(), key, log, limits: { waiting: mostWaiting } },
    ...(redirect === undefined ? {} : { redirect }),
    ...(flags.relay === undefined ? {} : { relayTo: flags.relay }),
  }).start();
  const address = flags.advertise ?? { host: listen.host, port: greeter.port };
  const store = new EtcdStore({ ...(await etcdConnection(flags)), log });
  const registration = new Registration({
    ...{ store, id, address, key, log },
    onSettings: (settings) => greeter.listen(greeterListeners(settings)),
  });
  print({ event: 'listening', id, host: listen.host, port: greeter.port });
  try {
    const started = store.start().then(() => registration.start());
    // Whoever stops it while etcd is away ends this wait with an error that is none.
    started.catch(() => undefined);
    await Promise.race([started, interrupted]);
    if (!signal.aborted) print({ event: 'registered', id });
    await interrupted;
  } finally {
    // Proxies send nobody any more before those who are here are told to go.
    await registration.stop();
    await greeter.stop(flags.drain * 1_000);
    await store.stop();
  }
}

function print(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** @throws CohortError COHORT_GREETER_REDIRECT */
async function loadRedirect(path: string): Promise<Redirect> {
  let module: { default?: unknown };
  try {
    // Which takes TypeScript, and JavaScript as it is.
    const { tsImport } = await import('tsx/esm/api');
    module = (await tsImport(pathToFileURL(resolve(path)).href, import.meta.url)) as { default?: unknown };
  } catch (cause) {
    throw new CohortError('COHORT_GREETER_REDIRECT', `${path} cannot be loaded: ${String(cause)}`, { cause });
  }
  if (typeof module.default === 'function') return module.default as Redirect;
  throw new CohortError('COHORT_GREETER_REDIRECT', `${path} has no function as its default export`);
}

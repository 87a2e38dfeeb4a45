import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTROL_PLANE_NAME } from '../../control-plane/certificates/authority.ts';
import { bootstrap, secretFiles, type Bootstrap } from '../../envoy/bootstrap.ts';
import { certificateFiles } from '../certificates.ts';
import type { Context } from '../context.ts';
import { getJson, isOk } from '../http.ts';
import { fixedListeners, type listenerSettings } from '../listeners.ts';
import type { Address } from '../../control-plane/model/index.ts';
import { commandAt, LOOPBACK, type Place } from '../place.ts';
import { certificatesDirectory } from './control-plane.ts';
import { ProcessPart } from './part.ts';

export interface ProxyOptions {
  readonly id: string;
  readonly binary: string;
  readonly workers: number;
  readonly controlPlanes: readonly Address[];
  readonly listeners: ReturnType<typeof listenerSettings>;
  /** By listener; left out: free ones, which stay the same when the proxy is started again. */
  readonly ports?: ReadonlyMap<string, number>;
  /** Default: on loopback. */
  readonly place?: Place;
  /** Whether it keeps a log of finished connections. Default false. */
  readonly accessLogs?: boolean;
}

/** The part of Envoy's `/listeners?format=json` that is read: envoy/admin/v3/listeners.proto. */
interface ListenersAnswer {
  readonly listener_statuses?: readonly {
    readonly name: string;
    readonly local_address: {
      readonly socket_address?: { readonly address: string; readonly port_value: number };
    };
  }[];
}

/** An Envoy, not started. */
export class ProxyPart extends ProcessPart {
  private readonly directory: string;
  /** By listener: a file with a line for each finished connection, see `control-plane/resources/access-log.ts`. */
  readonly accessLogs: ReadonlyMap<string, string>;
  private readonly place: Place;

  constructor(
    context: Context,
    private readonly settings: ProxyOptions,
  ) {
    const { place = LOOPBACK } = settings;
    const directory = join(context.directory, settings.id);
    const args = [
      ...['--config-path', join(directory, 'bootstrap.json')],
      ...['--admin-address-path', join(directory, 'admin-address')],
      ...['--concurrency', String(settings.workers), '--log-level', 'warning'],
      ...['--disable-hot-restart', '--drain-time-s', '1', '--parent-shutdown-time-s', '2'],
      ...(settings.accessLogs ? ['--file-flush-interval-msec', '100'] : []),
    ];
    const process = context.process(settings.id, commandAt(place, { file: settings.binary, args }));
    super({ context, process, addresses: {}, serves: () => this.look() });
    this.directory = directory;
    this.place = place;
    const logged = settings.accessLogs ? settings.listeners : [];
    this.accessLogs = new Map(logged.map(({ name }) => [name, join(directory, `${name}.log`)]));
  }

  override async start(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    // What the last run left says where its admin interface was.
    await writeFile(join(this.directory, 'admin-address'), '');
    await writeFile(join(this.directory, 'bootstrap.json'), JSON.stringify(await this.bootstrap()));
    await super.start();
  }

  private async bootstrap(): Promise<Bootstrap> {
    const { id, workers, controlPlanes, listeners } = this.settings;
    const own = join(certificatesDirectory(this.options.context), id);
    const tls = {
      ...certificateFiles(own),
      serverName: CONTROL_PLANE_NAME,
      watchedDirectory: own,
      secretsDirectory: this.directory,
    };
    for (const [path, secret] of Object.entries(secretFiles(tls)))
      await writeFile(path, JSON.stringify(secret));
    const standard = bootstrap({ id, workers, controlPlanes, tls, admin: { address: this.place.host } });
    const ports = this.settings.ports ?? this.portsBefore();
    if (ports === undefined && this.accessLogs.size === 0) return standard;
    const { lds_config: _, ...discovered } = standard.dynamic_resources ?? {};
    return {
      ...standard,
      dynamic_resources: discovered,
      static_resources: {
        ...standard.static_resources,
        listeners: fixedListeners(listeners, ports ?? new Map(), this.accessLogs),
      },
    };
  }

  /** The ports of the last run, where they are not the same in every run. */
  private portsBefore(): Map<string, number> | undefined {
    const names = this.settings.listeners.filter(({ port }) => port === 0).map(({ name }) => name);
    if (names.length === 0 || !names.every((name) => name in this.addresses)) return undefined;
    return new Map(names.map((name) => [name, Number(this.addresses[name]?.split(':').at(-1))]));
  }

  /** Whether Envoy is live and all listeners are open, whose addresses it takes down. */
  private async look(): Promise<boolean> {
    const admin = (await readFile(join(this.directory, 'admin-address'), 'utf8')).trim();
    if (admin === '' || !(await isOk(`http://${admin}/ready`))) return false;
    const { listener_statuses: open = [] } = await getJson<ListenersAnswer>(
      `http://${admin}/listeners?format=json`,
    );
    const addresses: Record<string, string> = { admin: `http://${admin}` };
    for (const { name } of this.settings.listeners) {
      const at = open.find((listener) => listener.name === name)?.local_address.socket_address;
      if (at === undefined || at.port_value === 0) return false;
      // It may listen on every address of its place.
      addresses[name] = `${this.place.host}:${at.port_value}`;
    }
    this.addresses = addresses;
    return true;
  }
}

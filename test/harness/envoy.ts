/** Starts and drives a real Envoy. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findEnvoy } from '../../scripts/binaries.mjs';
import { adminRequest, parseClusters, parseListeners, parseStats } from './envoy-admin.ts';
import type { AdminAnswer, ClusterStatus, ListenerAddress } from './envoy-admin.ts';
import { tmpDir } from './machine.ts';
import type { TmpDir } from './machine.ts';
import type { Network } from './netns.ts';
import { Changes, Fatal, waitFor } from './wait.ts';
import type { WaitOptions } from './wait.ts';
import { killWhenOrphaned } from './watchdog.ts';

export interface EnvoyOptions {
  /** The bootstrap in its JSON form, as of `envoy/bootstrap.ts`. Without `admin`, one on a free port is added. */
  bootstrap: object;
  /** Worker threads; default 1. */
  concurrency?: number;
  /** Enables hot restart under this base id; default: hot restart is off, any number of Envoys run side by side. */
  baseId?: number;
  /** Default `warning`. `component:level` pairs go in `args`. */
  logLevel?: 'trace' | 'debug' | 'info' | 'warning' | 'error' | 'critical' | 'off';
  /**
   * Runs Envoy inside this network; its admin interface then listens on the network's inner address,
   * whatever the bootstrap says.
   */
  netns?: Network;
  /** Seconds that closed listeners drain (`--drain-time-s`); default 1, where Envoy's own is 600. */
  drainTimeS?: number;
  /** More command line arguments. */
  args?: string[];
  /** The binary; default: what `findEnvoy` finds (`ENVOY_PATH`, the set-up's cache, PATH). */
  binary?: string;
}

/** How the process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** SIGTERM is given this long before SIGKILL follows, in milliseconds. */
const STOP_BOUND_MS = 5_000;

export class Envoy {
  readonly pid: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Set once the process has ended. */
  exit: Exit | undefined;
  private readonly child: ChildProcess;
  private readonly lines: string[];
  private readonly changes: Changes;

  /** Use {@link startEnvoy}. */
  constructor(parts: {
    child: ChildProcess;
    pid: number;
    admin: { host: string; port: number };
    lines: string[];
    changes: Changes;
  }) {
    this.child = parts.child;
    this.pid = parts.pid;
    this.adminHost = parts.admin.host;
    this.adminPort = parts.admin.port;
    this.lines = parts.lines;
    this.changes = parts.changes;
    const { exitCode: code, signalCode: signal } = parts.child;
    if (code !== null || signal !== null) this.exit = { code, signal };
    parts.child.on('exit', (exitCode, exitSignal) => {
      this.exit = { code: exitCode, signal: exitSignal };
      this.changes.notify();
    });
  }

  /** One request to the admin interface. @throws Fatal when the process has ended. */
  async admin(path: string, method: 'GET' | 'POST' = 'GET'): Promise<AdminAnswer> {
    if (this.exit) throw this.endedError();
    return adminRequest({ host: this.adminHost, port: this.adminPort }, path, method);
  }

  private async body(path: string): Promise<string> {
    const { status, body } = await this.admin(path);
    if (status !== 200) throw new Error(`Envoy's admin answered ${status} to ${path}: ${body.slice(0, 200)}`);
    return body;
  }

  /** Resolves when `/ready` says LIVE: all static resources and the first xDS answers are in and workers run. */
  async ready(options: WaitOptions = {}): Promise<this> {
    let state = 'unknown';
    await waitFor(
      async () => {
        const { status, body } = await this.admin('/ready');
        state = body.trim();
        return status === 200 && state === 'LIVE';
      },
      { what: `Envoy ${this.pid} to be LIVE`, describe: () => ({ state, log: this.tail() }), ...options },
    );
    return this;
  }

  /** Counters and gauges whose names begin with `prefix` (all without it). */
  async stats(prefix = ''): Promise<Map<string, number>> {
    const filter = prefix === '' ? '' : `?filter=${encodeURIComponent(`^${escapeRegex(prefix)}`)}`;
    return parseStats(await this.body(`/stats${filter}`));
  }

  private async lookUp(name: string): Promise<number | undefined> {
    const filter = encodeURIComponent(`^${escapeRegex(name)}$`);
    return parseStats(await this.body(`/stats?filter=${filter}`)).get(name);
  }

  /**
   * One counter or gauge.
   * @param absent the value where Envoy has no such statistic: some come to be when they are first counted
   * @throws Error when Envoy has none and `absent` is not given, so that a misspelt name is no zero
   */
  async counter(name: string, absent?: number): Promise<number> {
    const value = (await this.lookUp(name)) ?? absent;
    if (value === undefined) throw new Error(`Envoy ${this.pid} has no counter or gauge ${name}`);
    return value;
  }

  /**
   * Resolves with the value once `wanted` holds for it (a number means "at least"). A statistic that Envoy does
   * not have (yet) is waited for.
   */
  async waitForStat(
    name: string,
    wanted: number | ((value: number) => boolean),
    options: WaitOptions = {},
  ): Promise<number> {
    const holds = typeof wanted === 'number' ? (value: number) => value >= wanted : wanted;
    let value: number | undefined;
    const { found } = await waitFor(
      async () => {
        value = await this.lookUp(name);
        return value !== undefined && holds(value) && { found: value };
      },
      {
        what: `Envoy's ${name}${typeof wanted === 'number' ? ` to be at least ${wanted}` : ''}`,
        describe: () => value ?? 'Envoy has no counter or gauge of this name',
        ...options,
      },
    );
    return found;
  }

  /** `/config_dump`, EDS included: one entry per kind of configuration, told apart by `@type`. */
  async configDump(): Promise<{ '@type': string; [field: string]: unknown }[]> {
    const dump = JSON.parse(await this.body('/config_dump?include_eds')) as {
      configs: { '@type': string; [field: string]: unknown }[];
    };
    return dump.configs;
  }

  /** Clusters by name, each with its hosts by `ip:port`. */
  async clusters(): Promise<Map<string, ClusterStatus>> {
    return parseClusters(await this.body('/clusters?format=json'));
  }

  /** Resolves with a cluster's status once `holds`; a cluster that does not exist yet is waited for. */
  async waitForCluster(
    name: string,
    holds: (cluster: ClusterStatus) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<ClusterStatus> {
    let seen: ClusterStatus | undefined;
    return waitFor(
      async () => {
        seen = (await this.clusters()).get(name);
        return seen !== undefined && holds(seen) ? seen : undefined;
      },
      { what: `cluster ${name} as wanted`, describe: () => seen, ...options },
    );
  }

  /** Active listeners by name, each with the address it is bound to. */
  async listeners(): Promise<Map<string, ListenerAddress>> {
    return parseListeners(await this.body('/listeners?format=json'));
  }

  /** Resolves with the bound address of a listener once Envoy has it. */
  async waitForListener(name: string, options: WaitOptions = {}): Promise<ListenerAddress> {
    return waitFor(async () => (await this.listeners()).get(name), {
      what: `listener ${name}`,
      describe: () => this.tail(),
      ...options,
    });
  }

  /** The log lines so far. */
  log(): readonly string[] {
    return this.lines;
  }

  /** Resolves with the first log line, past or future, that matches. Rejects when Envoy ends without it. */
  waitForLog(pattern: RegExp | string, options: WaitOptions = {}): Promise<string> {
    const matches = (line: string): boolean =>
      typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
    return this.changes.until(
      () => {
        const line = this.lines.find(matches);
        if (line === undefined && this.exit) throw this.endedError();
        return line;
      },
      { what: `Envoy's log to say ${String(pattern)}`, describe: () => this.tail(), ...options },
    );
  }

  /** Bytes allocated, by Envoy's own account (`/memory`). */
  async memory(): Promise<number> {
    return Number((JSON.parse(await this.body('/memory')) as { allocated: string }).allocated);
  }

  /** Sends a signal by pid: SIGSTOP and SIGCONT freeze and thaw, SIGKILL ends at once. */
  kill(signal: NodeJS.Signals): void {
    if (!this.exit) this.child.kill(signal);
  }

  /** Resolves when the process has ended, by itself or not. */
  waitForExit(options: WaitOptions = {}): Promise<Exit> {
    return this.changes.until(() => this.exit, { what: `Envoy ${this.pid} to end`, ...options });
  }

  /** SIGTERM, then SIGKILL after 5 s; resolves when the process is gone. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.exit) return;
    this.kill('SIGTERM');
    try {
      await this.waitForExit({ timeout: STOP_BOUND_MS });
    } catch {
      this.kill('SIGKILL');
      await this.waitForExit();
    }
  }

  private tail(): string[] {
    return this.lines.slice(-15);
  }

  private endedError(): Fatal {
    const { code, signal } = this.exit ?? { code: null, signal: null };
    const how = signal ?? `exit code ${code}`;
    return new Fatal(`Envoy ${this.pid} has ended (${how}); its log ends:\n${this.tail().join('\n')}`);
  }
}

/**
 * Starts Envoy and resolves when its admin interface answers (not yet `ready()`: that may depend on xDS).
 * Register the result with a `Cleanup`. Should this process be killed, a watchdog kills Envoy too.
 *
 * @throws Error with the end of Envoy's log when it does not come up, e.g. for a bad bootstrap.
 */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const binary = options.binary ?? (await findEnvoy()).path;
  const dir = tmpDir('envoy');
  const configFile = join(dir.path, 'bootstrap.json');
  const addressFile = join(dir.path, 'admin-address');
  writeFileSync(configFile, JSON.stringify(withAdmin(options)));
  const command = [
    ...(options.netns ? options.netns.exec : []),
    binary,
    ...['--config-path', configFile, '--admin-address-path', addressFile],
    ...['--concurrency', String(options.concurrency ?? 1)],
    ...['--log-level', options.logLevel ?? 'warning'],
    ...['--drain-time-s', String(options.drainTimeS ?? 1), '--parent-shutdown-time-s', '2'],
    ...(options.baseId === undefined ? ['--disable-hot-restart'] : ['--base-id', String(options.baseId)]),
    ...(options.args ?? []),
  ];
  return launch(command, addressFile, dir);
}

function withAdmin(options: EnvoyOptions): object {
  if ('admin' in options.bootstrap && !options.netns) return options.bootstrap;
  const address = options.netns?.innerAddress ?? '127.0.0.1';
  return { ...options.bootstrap, admin: { address: { socket_address: { address, port_value: 0 } } } };
}

async function launch(command: string[], addressFile: string, dir: TmpDir): Promise<Envoy> {
  const [program = '', ...args] = command;
  const lines: string[] = [];
  const changes = new Changes();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) {
    dir.stop();
    const error = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new Error(`${program} could not be started: ${error.message}`, { cause: error });
  }
  const release = killWhenOrphaned(pid);
  child.on('exit', () => {
    release();
    dir.stop();
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      changes.notify();
    });
  }
  try {
    const admin = await waitFor(() => readAdminAddress(child, addressFile), {
      what: 'Envoy to open its admin interface',
      describe: () => lines.slice(-15),
    });
    return new Envoy({ child, pid, admin, lines, changes });
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`Envoy did not start; its log ends:\n${lines.slice(-15).join('\n')}`, { cause: error });
  }
}

function readAdminAddress(child: ChildProcess, file: string): { host: string; port: number } | undefined {
  // The file is gone, too, once the process has ended: look at that first.
  if (child.exitCode !== null || child.signalCode !== null) {
    throw new Fatal(`Envoy ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`);
  }
  if (!existsSync(file)) return undefined;
  const found = /^\[?([^\]]+?)\]?:(\d+)$/.exec(readFileSync(file, 'utf8').trim());
  return found ? { host: found[1] ?? '', port: Number(found[2]) } : undefined;
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

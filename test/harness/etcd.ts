/**
 * Real etcds on free loopback ports, each member a process that a test can freeze, kill and start again.
 * Data lies on tmpfs where there is one, and is not synced to disk unless asked.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findEtcd } from '../../scripts/binaries.mjs';
import { freezeProcess } from './freeze.ts';
import { freePort } from './machine.ts';
import { Changes, Fatal, waitFor } from './wait.ts';
import { killWhenOrphaned, whenOrphaned } from './watchdog.ts';

export interface EtcdOptions {
  /** How many members; default 1. */
  members?: 1 | 3 | 5;
  /** `--quota-backend-bytes`; default: etcd's own (2 GiB). */
  quotaBackendBytes?: number;
  /** Sync every write to disk (slow). Default false: data survives `kill()`, not a power cut. */
  fsync?: boolean;
  /** Serve clients by TLS: paths of PEM files. With `ca`, clients must show a certificate of that CA. */
  tls?: { cert: string; key: string; ca?: string };
  /** More command line arguments for every member. */
  args?: readonly string[];
}

export interface Etcd {
  /** Client URLs of all members, such as `http://127.0.0.1:40001`. */
  readonly endpoints: string[];
  readonly members: EtcdMember[];
  readonly version: string;
  /** Ends every member, frozen ones too, and removes their data. Safe to call twice. */
  stop(): Promise<void>;
}

/** Releases that can corrupt data when killed under load; see etcd's changelog of 3.5.3. */
const REFUSED = new Set(['3.5.0', '3.5.1', '3.5.2']);
/** A port that was free may be taken by another process before etcd binds it. */
const START_ATTEMPTS = 5;
const HOST = '127.0.0.1';

interface Addresses {
  name: string;
  client: string;
  peer: string;
  metrics: string;
}

export class EtcdMember {
  readonly name: string;
  /** Client URL. */
  readonly endpoint: string;
  private readonly binary: string;
  private readonly args: readonly string[];
  private readonly dataDir: string;
  private readonly metricsUrl: string;
  private readonly changes = new Changes();
  private child: ChildProcess | undefined;
  private lines: string[] = [];

  constructor(binary: string, addresses: Addresses, dataDir: string, args: readonly string[]) {
    this.binary = binary;
    this.name = addresses.name;
    this.endpoint = addresses.client;
    this.metricsUrl = addresses.metrics;
    this.dataDir = dataDir;
    this.args = args;
  }

  /** Of the running process. @throws Error while none runs. */
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} does not run`);
    return this.child.pid;
  }

  /** Starts the process; use `ready()` to know that it serves. */
  start(): void {
    if (this.child !== undefined) throw new Error(`${this.name} runs already`);
    this.lines = [];
    const child = spawn(this.binary, this.args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    const release = child.pid === undefined ? (): void => undefined : killWhenOrphaned(child.pid);
    const gone = (): void => {
      release();
      if (this.child === child) this.child = undefined;
      this.changes.notify();
    };
    child.on('error', (error) => {
      this.lines.push(error.message);
      gone();
    });
    child.on('exit', gone);
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.lines.push(line);
      if (this.lines.length > 200) this.lines.shift();
    });
  }

  /** Resolves when the member serves and knows a leader. @throws Fatal when it has ended. */
  async ready(timeout = 30_000): Promise<void> {
    await waitFor(
      async () => {
        if (this.child === undefined) throw new Fatal(`${this.name} has ended; its log ends:\n${this.log()}`);
        const answer = await fetch(`${this.metricsUrl}/health`, { signal: AbortSignal.timeout(2_000) });
        return answer.ok && ((await answer.json()) as { health: string }).health === 'true';
      },
      { what: `etcd member ${this.name} to be healthy`, timeout, describe: () => this.log() },
    );
  }

  /** SIGSTOP: the process does nothing more; the kernel goes on accepting connections for it. */
  freeze(): void {
    freezeProcess(this.pid);
  }
  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** SIGKILL, frozen or not; resolves when the process is gone. The data stays. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.changes.until(() => this.child === undefined, { what: `${this.name} to end` });
  }

  /**
   * Kills the process if it runs, starts it on the same ports and data, and waits until it serves.
   * @param wipe removes the data first: another etcd at the same address
   */
  async restart(options: { wipe?: boolean } = {}): Promise<void> {
    await this.kill();
    if (options.wipe === true) rmSync(this.dataDir, { recursive: true, force: true });
    this.start();
    await this.ready();
  }

  /** The end of its log. */
  log(): string {
    return this.lines.slice(-15).join('\n');
  }
}

/**
 * Starts etcd and resolves when all members serve. Register the result with a `Cleanup`. Should this process be killed, a
 * watchdog ends the members and removes their data.
 *
 * @throws Error when only a release that can corrupt data is there, or etcd does not come up
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  const { path, version } = await findEtcd();
  if (REFUSED.has(version)) {
    throw new Error(
      `etcd ${version} can corrupt data when killed under load and is no base for a test: install Go (the set-up then ` +
        'builds a current release) or set ETCD_PATH to 3.4 or 3.5.3 and later',
    );
  }
  for (let attempt = 1; ; attempt++) {
    const cluster = await prepare(path, version, options);
    try {
      for (const member of cluster.members) member.start();
      await Promise.all(cluster.members.map((member) => member.ready()));
      return cluster;
    } catch (error) {
      const taken = cluster.members.some((member) => member.log().includes('address already in use'));
      await cluster.stop();
      if (!taken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function prepare(binary: string, version: string, options: EtcdOptions): Promise<Etcd> {
  const data = dataDirectory();
  const members: Addresses[] = [];
  for (let i = 0; i < (options.members ?? 1); i++) {
    const [client, peer, metrics] = [await freePort(HOST), await freePort(HOST), await freePort(HOST)];
    members.push({
      name: `etcd-${i}`,
      client: `${options.tls ? 'https' : 'http'}://${HOST}:${client}`,
      peer: `http://${HOST}:${peer}`,
      metrics: `http://${HOST}:${metrics}`,
    });
  }
  const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const started = members.map((addresses) => {
    const dir = join(data.path, addresses.name);
    return new EtcdMember(
      binary,
      addresses,
      dir,
      commandLine(addresses, cluster, dir, { ...options, version }),
    );
  });
  return {
    endpoints: members.map(({ client }) => client),
    members: started,
    version,
    stop: async () => {
      await Promise.all(started.map((member) => member.kill()));
      data.remove();
    },
  };
}

function commandLine(
  at: Addresses,
  cluster: string,
  dataDir: string,
  options: EtcdOptions & { version: string },
): string[] {
  const { quotaBackendBytes, tls } = options;
  return [
    ...['--name', at.name, '--data-dir', dataDir, '--log-level', 'warn', '--logger', 'zap'],
    ...['--listen-client-urls', at.client, '--advertise-client-urls', at.client],
    ...['--listen-peer-urls', at.peer, '--initial-advertise-peer-urls', at.peer],
    ...['--listen-metrics-urls', at.metrics],
    ...['--initial-cluster', cluster, '--initial-cluster-state', 'new'],
    ...(options.fsync === true || options.version.startsWith('3.4.') ? [] : ['--unsafe-no-fsync']),
    ...(quotaBackendBytes === undefined ? [] : ['--quota-backend-bytes', String(quotaBackendBytes)]),
    ...(tls === undefined ? [] : ['--cert-file', tls.cert, '--key-file', tls.key]),
    ...(tls?.ca === undefined ? [] : ['--client-cert-auth', '--trusted-ca-file', tls.ca]),
    ...(options.args ?? []),
  ];
}

/** A directory on tmpfs if there is one; removed at the latest when this process has ended. */
function dataDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(writable('/dev/shm') ? '/dev/shm' : tmpdir(), 'cohort-etcd-'));
  const release = whenOrphaned(['rm', '-rf', path]);
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
      release();
    },
  };
}

function writable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

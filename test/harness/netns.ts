/**
 * Network namespaces made by a test, to have servers that are *silent*: packets to and from them vanish, no
 * RST, no ICMP, which a frozen process on loopback cannot show.
 *
 * A `Network` is a namespace joined to the test's own by a veth pair. It has a /24 of
 * 198.18.0.0/15 (set aside for tests by RFC 2544), whose upper half is local inside the namespace, so that servers
 * bind to any address of it without preparation. Dropping uses policy routing rules of kind "blackhole" inside the namespace, in front of
 * the rule for local addresses: it works on every kernel with policy routing, while netem, tc filters and
 * iptables are often not built in. The addresses hang behind the inner end of the veth pair and are not
 * on the link itself, so that neighbour discovery goes on while they are silent.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { whenOrphaned } from './watchdog.ts';

const run = promisify(execFile);

async function ip(...args: string[]): Promise<string> {
  try {
    return (await run('ip', args)).stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`ip ${args.join(' ')}: ${(stderr?.trim() ?? '') || String(error)}`, { cause: error });
  }
}

let made = 0;

/** Attempts at finding a /24 that no other test uses at this moment. */
const SUBNET_ATTEMPTS = 50;

export class Network {
  /** The namespace's name, for `ip netns exec`. */
  readonly name: string;
  /** The test's own end: servers of the test process (xDS, …) listen here to be reached from inside. */
  readonly outerAddress: string;
  /** The inner end: what runs inside and is to be reached from the test (Envoy's admin) listens here. */
  readonly innerAddress: string;
  /** Words to put before a command so that it runs inside: same pid, as `ip netns exec` replaces itself. */
  readonly exec: readonly string[];
  private readonly subnet: string;
  private readonly dropped = new Set<string>();
  private readonly release: () => void;
  private stopped = false;

  /** Use {@link createNetwork}. */
  constructor(name: string, subnet: string, release: () => void) {
    this.name = name;
    this.subnet = subnet;
    this.outerAddress = `${subnet}.1`;
    this.innerAddress = `${subnet}.2`;
    this.exec = ['ip', 'netns', 'exec', name];
    this.release = release;
  }

  /** The i-th address (from 0) for a server inside; there are 120. */
  serverAddress(index: number): string {
    if (!Number.isInteger(index) || index < 0 || index >= 120) {
      throw new RangeError(`a network has server addresses 0 to 119, asked for ${index}`);
    }
    return `${this.subnet}.${index + 130}`;
  }

  /**
   * From now on every packet to and from `address` (one of this network) vanishes, those of live connections
   * included. What either side sends is retransmitted by TCP once `restorePackets` is called.
   */
  async dropPacketsTo(address: string): Promise<void> {
    if (this.dropped.has(address)) return;
    this.dropped.add(address);
    await ip('-n', this.name, 'rule', 'add', 'pref', '1', 'to', `${address}/32`, 'blackhole');
    await ip('-n', this.name, 'rule', 'add', 'pref', '1', 'from', `${address}/32`, 'blackhole');
  }

  async restorePackets(address: string): Promise<void> {
    if (!this.dropped.delete(address)) return;
    await ip('-n', this.name, 'rule', 'del', 'pref', '1', 'to', `${address}/32`, 'blackhole');
    await ip('-n', this.name, 'rule', 'del', 'pref', '1', 'from', `${address}/32`, 'blackhole');
  }

  /**
   * Removes the namespace and with it the veth pair. Stop the processes inside first: the namespace itself
   * lives until the last of them ends.
   */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    try {
      await ip('link', 'del', this.name);
    } finally {
      await ip('netns', 'del', this.name);
      this.release();
    }
  }
}

/**
 * Makes a network. Needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN) and the `ip` command; see
 * {@link networksAvailable}.
 */
export async function createNetwork(): Promise<Network> {
  // Interface names hold 15 characters at most.
  const name = `ch${process.pid.toString(36)}-${made++}`;
  await ip('netns', 'add', name);
  const releaseNamespace = whenOrphaned(['ip', 'netns', 'del', name]);
  try {
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'inner', 'netns', name);
    const releaseLink = whenOrphaned(['ip', 'link', 'del', name]);
    const release = (): void => {
      releaseNamespace();
      releaseLink();
    };
    await ip('link', 'set', name, 'up');
    return new Network(name, await claimSubnet(name), release);
  } catch (error) {
    await ip('link', 'del', name).catch(() => undefined);
    await ip('netns', 'del', name).catch(() => undefined);
    releaseNamespace();
    throw error;
  }
}

/** Finds a free /24, configures both ends with it and gives its first three numbers. */
async function claimSubnet(name: string): Promise<string> {
  const inside = ['-n', name];
  await ip(...inside, 'link', 'set', 'lo', 'up');
  await ip(...inside, 'link', 'set', 'inner', 'up');
  // Rules can stand in front of the one for local addresses only when that is not the very first.
  await ip(...inside, 'rule', 'add', 'pref', '2', 'lookup', 'local');
  await ip(...inside, 'rule', 'del', 'pref', '0', 'lookup', 'local');
  for (let attempt = 0; ; attempt++) {
    const subnet = `198.${18 + Math.floor(Math.random() * 2)}.${Math.floor(Math.random() * 256)}`;
    try {
      // Of two tests that chose the same subnet, the kernel refuses this route to the second.
      await ip('route', 'add', `${subnet}.0/24`, 'dev', name);
    } catch (error) {
      if (attempt < SUBNET_ATTEMPTS && String(error).includes('File exists')) continue;
      throw error;
    }
    await ip('addr', 'add', `${subnet}.1/30`, 'dev', name);
    await ip('route', 'replace', `${subnet}.0/24`, 'via', `${subnet}.2`, 'dev', name);
    await ip(...inside, 'addr', 'add', `${subnet}.2/30`, 'dev', 'inner');
    await ip(...inside, 'route', 'add', 'default', 'via', `${subnet}.1`);
    await ip(...inside, 'route', 'add', 'local', `${subnet}.128/25`, 'dev', 'lo');
    return subnet;
  }
}

/**
 * Whether this machine lets the test make networks: tries one and removes it.
 * `reason` says what is missing and is fit for a test report.
 */
export async function networksAvailable(): Promise<{ available: boolean; reason: string }> {
  try {
    const network = await createNetwork();
    await network.dropPacketsTo(network.serverAddress(0));
    await network.stop();
    return { available: true, reason: '' };
  } catch (error) {
    const reason = `network namespaces cannot be made here (root and iproute2 are needed): ${String(error)}`;
    return { available: false, reason };
  }
}

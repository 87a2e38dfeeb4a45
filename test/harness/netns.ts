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
import { claimSubnet, ip, networkName } from './netns-ip.ts';
import { whenOrphaned } from './watchdog.ts';

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
  const name = networkName();
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
    return new Network(name, await configure(name), release);
  } catch (error) {
    await ip('link', 'del', name).catch(() => undefined);
    await ip('netns', 'del', name).catch(() => undefined);
    releaseNamespace();
    throw error;
  }
}

/** Configures both ends with a free /24 and gives its first three numbers. */
async function configure(name: string): Promise<string> {
  const inside = ['-n', name];
  await ip(...inside, 'link', 'set', 'lo', 'up');
  await ip(...inside, 'link', 'set', 'inner', 'up');
  // Rules can stand in front of the one for local addresses only when that is not the very first.
  await ip(...inside, 'rule', 'add', 'pref', '2', 'lookup', 'local');
  await ip(...inside, 'rule', 'del', 'pref', '0', 'lookup', 'local');
  const subnet = await claimSubnet(name);
  await ip(...inside, 'addr', 'add', `${subnet}.2/30`, 'dev', 'inner');
  await ip(...inside, 'route', 'add', 'default', 'via', `${subnet}.1`);
  await ip(...inside, 'route', 'add', 'local', `${subnet}.128/25`, 'dev', 'lo');
  return subnet;
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

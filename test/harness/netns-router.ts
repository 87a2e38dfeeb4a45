/**
 * A network of many hosts for whole systems: each host is a network namespace of its own, joined by a veth pair to a
 * *router* namespace, and the router to the test's own namespace. All packets between two hosts, and between a host and the
 * test, are forwarded by the router, so that rules in this one place cut any two of them apart, both directions, silently:
 * no RST, no ICMP. Policy routing rules of kind "blackhole" do it: they work on every kernel with policy routing, while
 * netem, tc filters and iptables are often not built in.
 *
 * The test's own namespace has one interface and one route more, and does not forward itself.
 */
import { claimSubnet, ip, networkName } from './netns-ip.ts';
import { whenOrphaned } from './watchdog.ts';

/** A namespace with one address. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** Words to put before a command so that it runs there: same pid, as `ip netns exec` replaces itself. */
  readonly exec: readonly string[];
}

/** The last number of the first host's address; those before are the test's and the router's. */
const FIRST_HOST = 10;
const LAST_HOST = 250;

export class RoutedNetwork {
  /** The router's namespace; its hosts' begin with it. */
  readonly name: string;
  /** The test's own end. */
  readonly outerAddress: string;
  private readonly hosts: Host[] = [];
  private readonly releases: (() => void)[];
  private readonly rules = new Set<string>();
  private stopped = false;

  private constructor(
    name: string,
    private readonly subnet: string,
    releases: (() => void)[],
  ) {
    this.name = name;
    this.outerAddress = `${subnet}.1`;
    this.releases = releases;
  }

  /** Needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN) and the `ip` command. */
  static async create(): Promise<RoutedNetwork> {
    const name = networkName();
    await ip('netns', 'add', name);
    const releases = [whenOrphaned(['ip', 'netns', 'del', name])];
    try {
      await ip('netns', 'exec', name, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
      await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'outer', 'netns', name);
      releases.push(whenOrphaned(['ip', 'link', 'del', name]));
      await ip('link', 'set', name, 'up');
      const inside = ['-n', name];
      await ip(...inside, 'link', 'set', 'lo', 'up');
      await ip(...inside, 'link', 'set', 'outer', 'up');
      const subnet = await claimSubnet(name);
      await ip(...inside, 'addr', 'add', `${subnet}.2/30`, 'dev', 'outer');
      return new RoutedNetwork(name, subnet, releases);
    } catch (error) {
      await ip('link', 'del', name).catch(() => undefined);
      await ip('netns', 'del', name).catch(() => undefined);
      for (const release of releases) release();
      throw error;
    }
  }

  /** One more host. */
  async addHost(): Promise<Host> {
    const index = this.hosts.length;
    if (FIRST_HOST + index > LAST_HOST) throw new RangeError(`a network has ${LAST_HOST - FIRST_HOST} hosts`);
    const name = `${this.name}-${index}`;
    const address = `${this.subnet}.${FIRST_HOST + index}`;
    const host = { name, address, exec: ['ip', 'netns', 'exec', name] };
    this.hosts.push(host);
    await ip('netns', 'add', name);
    this.releases.push(whenOrphaned(['ip', 'netns', 'del', name]));
    const link = `h${index}`;
    await ip('-n', this.name, 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'inner', 'netns', name);
    await ip('-n', this.name, 'link', 'set', link, 'up');
    await ip('-n', this.name, 'route', 'add', `${address}/32`, 'dev', link, 'src', `${this.subnet}.2`);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    await ip('-n', name, 'link', 'set', 'inner', 'up');
    await ip('-n', name, 'addr', 'add', `${address}/32`, 'dev', 'inner');
    // The router answers for its address on every interface.
    await ip('-n', name, 'route', 'add', 'default', 'via', `${this.subnet}.2`, 'dev', 'inner', 'onlink');
    return host;
  }

  /**
   * From now on every packet between the two vanishes, those of live connections included. What either sends is
   * retransmitted by TCP after {@link mend}.
   */
  async cut(a: Host, b: Host): Promise<void> {
    await this.block(['from', a.address, 'to', b.address]);
    await this.block(['from', b.address, 'to', a.address]);
  }

  async mend(a: Host, b: Host): Promise<void> {
    await this.unblock(['from', a.address, 'to', b.address]);
    await this.unblock(['from', b.address, 'to', a.address]);
  }

  /** From now on every packet to and from the host vanishes. */
  async silence(host: Host): Promise<void> {
    await this.block(['from', host.address]);
    await this.block(['to', host.address]);
  }

  async restore(host: Host): Promise<void> {
    await this.unblock(['from', host.address]);
    await this.unblock(['to', host.address]);
  }

  /** Removes all namespaces and links. Stop the processes inside first: a namespace lives until the last of them ends. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    const results = await Promise.allSettled([
      ip('link', 'del', this.name),
      ...[...this.hosts.map(({ name }) => name), this.name].map((name) => ip('netns', 'del', name)),
    ]);
    for (const release of this.releases) release();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  private async block(selector: readonly string[]): Promise<void> {
    const key = selector.join(' ');
    if (this.rules.has(key)) return;
    this.rules.add(key);
    await ip('-n', this.name, 'rule', 'add', 'pref', '1', ...selector, 'blackhole');
  }

  private async unblock(selector: readonly string[]): Promise<void> {
    if (!this.rules.delete(selector.join(' '))) return;
    await ip('-n', this.name, 'rule', 'del', 'pref', '1', ...selector, 'blackhole');
  }
}

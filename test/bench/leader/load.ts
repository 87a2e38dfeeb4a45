/**
 * A fleet of devices, as the reports of its proxies: which organization's devices are connected where, what changes from
 * second to second, and the reports of it as the filters write them. Deterministic.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { encodeBatch } from '../../../control-plane/fleet-view/wire.ts';
import { initialTable, serverOfSlot } from '../../../control-plane/placement/table.ts';
import { slotOf } from '../../../control-plane/placement/slot.ts';
import type { SlotTable } from '../../../control-plane/placement/types.ts';

const wire = join(dirname(fileURLToPath(import.meta.url)), '../../../protocol-filters/wire/cohort.proto');
const request = protobuf.loadSync(wire).lookupType('cohort.v1.ReportRequest');

export interface LoadOptions {
  readonly organizations: number;
  readonly devices: number;
  readonly proxies: number;
  /** Of each proxy; each has a VM. */
  readonly workers: number;
  readonly servers: number;
  /** Replicas of the control plane that hand reports on. */
  readonly replicas: number;
  /** Organizations that a VM names. */
  readonly named: number;
  /** A device sends something this often, in seconds. */
  readonly messageSeconds: number;
  /** Devices that come or go a second. */
  readonly churn: number;
  /** Seconds between full reports of a VM. */
  readonly fullSeconds: number;
}

/** What is asked for of the leader. */
export const FULL_LOAD: LoadOptions = {
  organizations: 100_000,
  devices: 1_000_000,
  proxies: 50,
  workers: 2,
  servers: 20,
  replicas: 3,
  named: 5_000,
  messageSeconds: 30,
  churn: 1_000,
  fullSeconds: 30,
};

/** The proxy that does not reach the first server: its devices of that server are on the second one. */
export const CUT_OFF = 0;

/** An organization's devices in one VM. */
interface Group {
  readonly organization: number;
  readonly slot: number;
  readonly server: number;
  connections: number;
  messages: number;
}

interface LoadedVm {
  readonly proxy: number;
  readonly number: number;
  sequence: number;
  readonly groups: Group[];
  /** By slot × servers + server. */
  readonly slots: Map<number, number>;
  /** Where in the groups the next changes are. */
  next: number;
}

export const serverId = (number: number): string => `server-${number}`;
export const proxyId = (number: number): string => `proxy-${number}`;
export const organizationId = (number: number): string => `organization-${number}`;

/** 32 bits that look like chance. */
function mixed(value: number): number {
  const x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const y = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (y ^ (y >>> 16)) >>> 0;
}

export class Load {
  readonly table: SlotTable;
  readonly servers: readonly string[];
  private readonly vms: LoadedVm[] = [];
  private changes = 0;

  constructor(readonly options: LoadOptions) {
    const { organizations, devices, proxies, workers, servers } = options;
    this.servers = Array.from({ length: servers }, (_, i) => serverId(i));
    this.table = initialTable(this.servers.map((id) => ({ id, weight: 1 })));
    const numbers = new Map(this.servers.map((id, number) => [id, number]));
    const slots = Array.from({ length: organizations }, (_, i) => slotOf(organizationId(i)));
    const homes = slots.map((slot) => numbers.get(serverOfSlot(this.table, slot)!)!);
    const counts = Array.from({ length: proxies * workers }, () => new Map<number, number>());
    for (let device = 0; device < devices; device++) {
      const organization = device % organizations;
      const vm = counts[mixed(device) % counts.length]!;
      vm.set(organization, (vm.get(organization) ?? 0) + 1);
    }
    counts.forEach((seats, index) => {
      const proxy = Math.floor(index / workers);
      const vm: LoadedVm = {
        proxy,
        number: 1 + (index % workers),
        sequence: 0,
        groups: [],
        slots: new Map(),
        next: 0,
      };
      for (const [organization, connections] of seats) {
        const home = homes[organization]!;
        const server = proxy === CUT_OFF && home === 0 ? 1 : home;
        const slot = slots[organization]!;
        vm.groups.push({ organization, slot, server, connections, messages: 0 });
        this.addToSlot(vm, slot, server, connections);
      }
      this.vms.push(vm);
    });
  }

  /** Devices that are connected. */
  get connections(): number {
    let sum = 0;
    for (const { groups } of this.vms) for (const { connections } of groups) sum += connections;
    return sum;
  }

  /** Organizations that some report names, and those of them that reports name on two servers. */
  named(): { all: Set<string>; split: Set<string> } {
    const servers = new Map<number, Set<number>>();
    for (const vm of this.vms) {
      for (const { organization, server, connections } of this.namedGroups(vm)) {
        if (connections > 0) servers.set(organization, (servers.get(organization) ?? new Set()).add(server));
      }
    }
    const split = [...servers]
      .filter(([, on]) => on.size > 1)
      .map(([organization]) => organizationId(organization));
    return { all: new Set([...servers.keys()].map(organizationId)), split: new Set(split) };
  }

  /** Slots with devices that are not where they belong. */
  wrongSlots(): Set<number> {
    const wrong = new Set<number>();
    for (const { slots } of this.vms) {
      for (const [key, connections] of slots) {
        const slot = Math.floor(key / this.options.servers);
        const server = serverId(key % this.options.servers);
        if (connections > 0 && serverOfSlot(this.table, slot) !== server) wrong.add(slot);
      }
    }
    return wrong;
  }

  /** What a replica says first: who is connected to it, what they see, and everything of their reports. */
  first(replica: number): Buffer[] {
    const proxies = [...this.proxiesOf(replica)];
    const reports = this.vmsOf(replica).map((vm) => this.full(vm));
    const mains = proxies.map((proxy) => this.mainThread(proxy));
    const head = {
      replica: `replica-${replica}`,
      run: '1',
      everything: true,
      proxies: proxies.map((proxy) => ({
        node: proxyId(proxy),
        workers: this.options.workers,
        version: '1.40.0',
        connectedForMs: 60_000,
        refused: [],
        late: [],
      })),
      viewers: proxies.map(proxyId),
      views: proxies.map((proxy) => ({
        node: proxyId(proxy),
        sightings: this.servers.map((server, number) => ({
          cluster: 'servers_mqtt',
          server,
          health: proxy === CUT_OFF && number === 0 ? ('TIMEOUT' as const) : ('HEALTHY' as const),
          sinceAgoMs: 3_600_000,
        })),
      })),
      reports: mains.map((bytes) => ({ bytes, agoMs: 0 })),
    };
    return [encodeBatch(head), ...reports.map((bytes) => this.batch(replica, [bytes]))];
  }

  /** What a replica hands on in one half of a second: every VM reports in one of the two. */
  half(replica: number, second: number, half: number): Buffer {
    const reports = this.vmsOf(replica)
      .filter((_, index) => index % 2 === half)
      .map((vm, index) =>
        (index + second) % this.options.fullSeconds === 0 ? this.full(vm) : this.delta(vm),
      );
    const isMainsTurn = half === 0 && second % this.options.fullSeconds === 0;
    const mains = isMainsTurn
      ? [...this.proxiesOf(replica)].map((proxy) => this.mainThread(proxy, second))
      : [];
    return this.batch(replica, [...reports, ...mains]);
  }

  private batch(replica: number, reports: readonly Buffer[]): Buffer {
    return encodeBatch({
      replica: `replica-${replica}`,
      run: '1',
      everything: false,
      proxies: undefined,
      viewers: undefined,
      views: [],
      reports: reports.map((bytes) => ({ bytes, agoMs: 100 })),
    });
  }

  private *proxiesOf(replica: number): Generator<number> {
    for (let proxy = replica; proxy < this.options.proxies; proxy += this.options.replicas) yield proxy;
  }

  private vmsOf(replica: number): LoadedVm[] {
    return this.vms.filter(({ proxy }) => proxy % this.options.replicas === replica);
  }

  private namedGroups({ groups }: LoadedVm): Group[] {
    return groups.slice(0, this.options.named);
  }

  private addToSlot(vm: LoadedVm, slot: number, server: number, by: number): number {
    const key = slot * this.options.servers + server;
    vm.slots.set(key, (vm.slots.get(key) ?? 0) + by);
    return key;
  }

  private mainThread(proxy: number, sequence = 0): Buffer {
    return this.encode({ proxy, number: 0, sequence: sequence + 1 }, true, [], []);
  }

  private full(vm: LoadedVm): Buffer {
    vm.sequence++;
    const slots = [...vm.slots].filter(([, connections]) => connections > 0);
    const groups = this.namedGroups(vm).filter(({ connections }) => connections > 0);
    return this.encode(vm, true, slots, groups, vm.groups.length - groups.length);
  }

  /** Some devices have sent something; one comes or goes. */
  private delta(vm: LoadedVm): Buffer {
    vm.sequence++;
    const { devices, messageSeconds, churn, named } = this.options;
    const changed = new Set<Group>();
    const slots = new Map<number, number>();
    const active = Math.round(devices / messageSeconds / this.vms.length);
    for (let i = 0; i < active; i++) {
      const index = vm.next++ % vm.groups.length;
      const group = vm.groups[index]!;
      group.messages++;
      if (index < named && group.connections > 0) changed.add(group);
    }
    for (let i = 0; i < churn / this.vms.length; i++) {
      const index = mixed(++this.changes) % vm.groups.length;
      const group = vm.groups[index]!;
      const by = group.connections > 1 ? -1 : 1;
      group.connections += by;
      const key = this.addToSlot(vm, group.slot, group.server, by);
      slots.set(key, vm.slots.get(key)!);
      if (index < named) changed.add(group);
    }
    return this.encode(vm, false, [...slots], [...changed], Math.max(0, vm.groups.length - named));
  }

  private encode(
    vm: Pick<LoadedVm, 'proxy' | 'number' | 'sequence'>,
    full: boolean,
    slots: readonly [key: number, connections: number][],
    groups: readonly Group[],
    leftOut = 0,
  ): Buffer {
    const { servers } = this.options;
    const message = {
      node: proxyId(vm.proxy),
      vmStart: 100,
      vm: vm.number,
      sequence: vm.sequence,
      epoch: 1,
      version: 1,
      full,
      servers: this.servers,
      slots: slots.map(([key, connections]) => ({
        slot: Math.floor(key / servers),
        server: key % servers,
        connections,
      })),
      organizations: groups.map(({ organization, server, connections, messages }) => ({
        organization: Buffer.from(organizationId(organization)),
        server,
        connections,
        received: messages * 200,
        sent: messages * 50,
        messages,
      })),
      organizationsLeftOut: leftOut,
      drained: [],
    };
    return Buffer.from(request.encode(request.fromObject(message)).finish());
  }
}

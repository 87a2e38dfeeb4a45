/**
 * The one description of where the parts of a running Cohort are, and how each is killed and started again. The local runner
 * fills it; whatever else runs the parts (containers, say) can fill it too, and the same tests run against both.
 */

/** One process of the system. */
export interface Part {
  readonly id: string;
  /**
   * Where it is reached from here, by name; they stay the same when it is started again.
   *
   * - etcd: `client` (URL)
   * - control plane: `admin` (URL), `xds` (`host:port`)
   * - proxy: one for each listener, such as `mqtt` and `websocket` (`host:port`); `admin` (URL of Envoy's own)
   * - server: one for each port kind (`host:port`); demo servers: `status` (URL), see `DemoServerStatus`
   */
  readonly addresses: Readonly<Record<string, string>>;
  /** While it runs on this machine. */
  readonly pid: number | undefined;
  /** Sends a signal; resolves when it was sent, and for SIGKILL when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again after its end; resolves when it serves. */
  start(): Promise<void>;
  /** Ends it orderly (SIGTERM, then SIGKILL); resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
}

export interface Topology {
  readonly etcd: readonly Part[];
  readonly controlPlanes: readonly Part[];
  readonly proxies: readonly Part[];
  readonly servers: readonly Part[];
  /** What the admin API asks for, where it asks for anything. */
  readonly adminToken?: string;
  /** Starts one more demo server, which registers itself; resolves when it serves, not when devices are sent to it. */
  addServer(id: string): Promise<Part>;
}

// One instance of a filter's code, as one thread of Envoy has it: contexts, calls into the module, ticks, failure.
// Source: proxy-wasm-cpp-host wasm.cc and context.cc; Envoy source/extensions/common/wasm/wasm.cc.
import { ByteBuffer } from './byte-buffer.ts';
import { Callbacks, type Call1, type Call2, type Call3, type Call5 } from './callbacks.ts';
import { Callouts } from './callouts.ts';
import type { Timer } from './clock.ts';
import { Context } from './context.ts';
import { Environment, StrictError, type EnvironmentOptions } from './environment.ts';
import { HttpStream, type RequestOptions } from './http-stream.ts';
import { buildImports } from './imports/index.ts';
import { LinearMemory } from './linear-memory.ts';
import { VmMetrics } from './metrics.ts';
import type { PluginConfig, PluginHandle } from './plugin.ts';
import { PluginRoots } from './plugin-roots.ts';
import { HostTrap, isTrap, Restriction } from './restriction.ts';
import { TcpStream, type ConnectOptions } from './tcp-stream.ts';
import type { WasmModule } from './wasm-module.ts';
import { wasm, type WasmExports, type WasmMemory } from './webassembly.ts';

export interface VmOptions extends EnvironmentOptions {
  /** Default ''. VMs of one vm_id share data and queues. */
  readonly vmId?: string | undefined;
  readonly vmConfiguration?: Uint8Array | undefined;
  /** Of which thread: 0 is the main thread. Default 1. */
  readonly worker?: number | undefined;
  /** The process that the VM lives in; without it a new one is made of the other options. */
  readonly environment?: Environment | undefined;
}

export class Vm {
  readonly environment: Environment;
  readonly vmId: string;
  readonly worker: number;
  readonly configurationBuffer: ByteBuffer;
  readonly contexts = new Map<number, Context>();
  readonly callouts: Callouts;
  readonly metrics: VmMetrics;
  readonly plugins: PluginRoots;
  readonly memory: LinearMemory;
  readonly callbacks: Callbacks;
  /** All that the module exports: a probe may have more than what Envoy calls. */
  readonly exports: WasmExports;
  /** Why the VM failed: it is of no more use then. */
  failure: string | undefined;
  /** Calls that the module made for memory for the host's answers, and their bytes. */
  allocations = 0;
  allocatedBytes = 0;
  /** A local response was sent: what the callback returns is Pause. */
  stopIteration = false;
  /** The context whose plugin configuration can be read now. */
  configuring: Context | undefined;
  configuringBuffer: ByteBuffer | null = null;
  /** Called once, when the VM fails. */
  onFailed: (() => void) | undefined;
  private readonly vmContext: Context;
  private current: Context;
  private effective = 0;
  private restriction: Restriction = Restriction.Linking;
  private contextId = 0;
  private afterCall: (() => void)[] = [];
  private readonly timers = new Map<number, Timer>();
  private readonly callNames: string[] = [];
  private readonly callCounts: number[] = [];

  /** Makes an instance and runs its `_initialize` (and `main`) or `_start`. @throws Error when it cannot be made. */
  constructor(
    readonly module: WasmModule,
    options: VmOptions = {},
  ) {
    this.environment = options.environment ?? new Environment(options);
    this.vmId = options.vmId ?? '';
    this.worker = options.worker ?? 1;
    this.configurationBuffer = ByteBuffer.of(new Uint8Array(options.vmConfiguration ?? new Uint8Array(0)));
    this.callouts = new Callouts(this);
    this.metrics = new VmMetrics(this.environment.metrics);
    this.plugins = new PluginRoots(this);
    this.vmContext = new Context(this, 0, undefined);
    this.current = this.vmContext;
    const { exports } = new wasm.Instance(module.compiled, buildImports(this));
    this.exports = exports;
    const memory = Object.values(exports).find((one) => one instanceof wasm.Memory);
    this.memory = new LinearMemory(memory as WasmMemory);
    this.callbacks = new Callbacks(exports);
    this.start();
  }

  private start(): void {
    const { initialize, main, mainVoid, start } = this.callbacks;
    this.restriction = Restriction.Starting;
    const entry = initialize ?? start;
    if (entry !== undefined) this.call1(entry as Call1, this.vmContext, 0);
    if (initialize !== undefined && main !== undefined) this.call2(main, this.vmContext, 0, 0);
    else if (initialize !== undefined && mainVoid !== undefined)
      this.call1(mainVoid as Call1, this.vmContext, 0);
    this.restriction = Restriction.None;
  }

  get failed(): boolean {
    return this.failure !== undefined;
  }

  /** What host calls are about: the context set as effective, or that of the callback. */
  get context(): Context {
    return this.effective === 0 ? this.current : (this.contexts.get(this.effective) ?? this.current);
  }

  /** Streams that are open. */
  get openStreams(): number {
    return this.contexts.size - this.plugins.rootCount - 1;
  }

  /** How often the module called a host function since the VM began; of all, without a name. */
  hostCalls(name?: string): number {
    if (name === undefined) return this.callCounts.reduce((sum, count) => sum + count, 0);
    return this.callCounts[this.callNames.indexOf(name)] ?? 0;
  }

  /** Host functions that were called, with how often. */
  hostCallCounts(): Record<string, number> {
    const entries = this.callNames.map((name, i): [string, number] => [name, this.callCounts[i] ?? 0]);
    return Object.fromEntries(entries.filter(([, count]) => count > 0));
  }

  /**
   * Gives a plugin its configuration: a new root context, then `proxy_on_context_create`, `proxy_on_vm_start`,
   * `proxy_on_configure`; after that the plugin's former root ends, or when the last of its streams does. The same
   * content as one that is in use changes nothing and runs nothing.
   * @throws Error when the module refuses it: the former configuration stays.
   */
  configurePlugin(config: PluginConfig): PluginHandle {
    return this.plugins.configure(config);
  }

  /** A new TCP connection through a plugin's newest configuration. */
  connect(handle: PluginHandle, options: ConnectOptions = {}): TcpStream {
    return new TcpStream(handle, this.failed ? 'refuse' : 'filter', options);
  }

  /** A new HTTP request through a plugin's newest configuration. */
  request(handle: PluginHandle, options: RequestOptions): HttpStream {
    return new HttpStream(handle, this.failed ? 'refuse' : 'filter', options);
  }

  nextId(): number {
    do this.contextId = (this.contextId + 1) >>> 0;
    while (this.contexts.has(this.contextId));
    return this.contextId;
  }

  // --- calls into the module ------------------------------------------------------------------------------------------

  call1(callback: Call1, context: Context, a: number): number {
    const { current, effective } = this;
    this.current = context;
    this.effective = 0;
    try {
      return callback(a) >>> 0;
    } catch (error) {
      return this.trapped(error);
    } finally {
      this.current = current;
      this.effective = effective;
    }
  }

  call2(callback: Call2, context: Context, a: number, b: number): number {
    const { current, effective } = this;
    this.current = context;
    this.effective = 0;
    try {
      return callback(a, b) >>> 0;
    } catch (error) {
      return this.trapped(error);
    } finally {
      this.current = current;
      this.effective = effective;
    }
  }

  call3(callback: Call3, context: Context, a: number, b: number, c: number): number {
    const { current, effective } = this;
    this.current = context;
    this.effective = 0;
    try {
      return callback(a, b, c) >>> 0;
    } catch (error) {
      return this.trapped(error);
    } finally {
      this.current = current;
      this.effective = effective;
    }
  }

  call5(callback: Call5, context: Context, a: number, b: number, c: number, d: number, e: number): number {
    return this.call1(() => callback(a, b, c, d, e), context, 0);
  }

  /** Ends a callback: what it asked for (close, continue, local response) happens now, in order. */
  leave(): void {
    this.stopIteration = false;
    if (this.afterCall.length === 0) return;
    for (let action = this.afterCall.shift(); action !== undefined; action = this.afterCall.shift()) action();
  }

  /** Defers what must not happen while the module runs. */
  after(action: () => void): void {
    this.afterCall.push(action);
  }

  /** Memory of the module for `size` bytes; 0 when it gives none, or none inside its memory. */
  allocate(size: number): number {
    this.allocations++;
    this.allocatedBytes += size;
    const before = this.restriction;
    this.restriction = Restriction.Allocating;
    try {
      const pointer = this.callbacks.allocate(size) >>> 0;
      return this.memory.inside(pointer, size) ? pointer : 0;
    } catch (error) {
      return this.trapped(error);
    } finally {
      this.restriction = before;
    }
  }

  private trapped(error: unknown): number {
    if (!isTrap(error)) throw error;
    if (!this.failed) this.fail(error.message);
    return 0;
  }

  private fail(message: string): void {
    this.failure = message;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
    this.afterCall = [];
    this.onFailed?.();
    // Streams are closed at their next event, not now.
  }

  // --- what host functions need ---------------------------------------------------------------------------------------

  /** Gives a host function its place among the counted; @returns the index for `enter`. */
  register(name: string): number {
    this.callCounts.push(0);
    return this.callNames.push(name) - 1;
  }

  /** Before every host function. */
  enter(index: number): void {
    (this.callCounts[index] as number)++;
    if (this.restriction === Restriction.None) return;
    const name = this.callNames[index] as string;
    if (this.restriction === Restriction.Linking)
      throw new Error(
        `the module calls ${name} while it is instantiated, which crashes Envoy: export _initialize instead`,
      );
    if (!this.restriction.allows(name))
      throw new HostTrap(`restricted_callback: ${name} is not allowed here`);
  }

  setEffective(id: number): boolean {
    if (!this.contexts.has(id)) return false;
    this.effective = id;
    return true;
  }

  /** With option `strict`: throws what Envoy lets pass. */
  strictly(message: () => string): void {
    if (this.environment.strict) throw new StrictError(message());
  }

  log(level: number, message: string): void {
    this.environment.log({ level, message, worker: this.worker, context: this.context.id });
  }

  /** Ticks of a root, every `period` milliseconds; 0 ends them. */
  setTickPeriod(root: number, period: number): void {
    this.timers.get(root)?.cancel();
    this.timers.delete(root);
    if (period === 0) return;
    const tick = (): void => {
      const context = this.contexts.get(root);
      const { tick: callback } = this.callbacks;
      if (context === undefined || callback === undefined || this.failed) return;
      this.call1(callback, context, root);
      this.leave();
      // The tick itself may have ended or changed the period.
      if (this.timers.get(root) === timer) this.setTickPeriod(root, period);
    };
    const timer = this.environment.clock.schedule(period, tick);
    this.timers.set(root, timer);
  }

  /** The last hold on a plugin's generation is gone. */
  onHandleReleased(handle: PluginHandle): void {
    this.plugins.released(handle);
  }

  /** Ends every root and every tick; streams must be closed before. */
  close(): void {
    this.plugins.endAll();
    this.abandon();
  }

  /** Ends the ticks without a word to the module. */
  abandon(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}

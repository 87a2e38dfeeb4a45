/**
 * The protocols' own definitions, as the proxies' filter has them, run here: `protocol-filters/greeter/` compiles them
 * into a small WebAssembly module. One instance for each listener.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CohortError } from '../control-plane/errors.ts';
import { encodeListener, type ListenerMessage } from '../protocol-filters/wire/index.ts';
import { wasm, type CompiledModule } from '../protocol-filters/host/webassembly.ts';

/** The compiled module, as `npm run build:filters` leaves it. */
const CODE = fileURLToPath(new URL('../build/filters/greeter.wasm', import.meta.url));

/** What the first bytes of a device say. */
export type Answer =
  | { readonly answer: 'more' }
  | { readonly answer: 'found'; readonly organization: string }
  /** `reason`: a word of the filter's table, such as `organization_missing`. */
  | { readonly answer: 'refused'; readonly reason: string };

/** The module's exports: `protocol-filters/greeter/index.ts`. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  take(size: number): number;
  configure(size: number): number;
  identify(size: number): number;
  notify(locationSize: number): number;
  resultAt(): number;
  resultSize(): number;
  dialect(): number;
}

const ANSWERS = { more: 0, found: 1 } as const;

export async function loadIdentifierCode(path = CODE): Promise<CompiledModule> {
  try {
    return new wasm.Module(await readFile(path));
  } catch (error) {
    throw new CohortError('COHORT_FILTER_CODE', `the protocols' code ${path} cannot be read`, {
      cause: error,
    });
  }
}

export class Identifier {
  private readonly wasm: Exports;

  /** @throws CohortError COHORT_GREETER_LISTENER for settings that the definitions refuse */
  constructor(code: CompiledModule, listener: ListenerMessage) {
    // Bytes are handed over in memory: nothing is asked of a host but words for a log.
    const refuse = (): number => 1;
    const env = Object.fromEntries(wasm.Module.imports(code).map(({ name }) => [name, refuse]));
    this.wasm = new wasm.Instance(code, { env }).exports as unknown as Exports;
    this.wasm._initialize();
    const bytes = encodeListener(listener);
    if (!this.hand(bytes) || this.wasm.configure(bytes.length) !== 1) {
      const why = this.result().toString();
      throw new CohortError(
        'COHORT_GREETER_LISTENER',
        `listener ${listener.name}: ${why || 'it is refused'}`,
      );
    }
  }

  /** @param payload all that the device has said so far, without frames */
  identify(payload: Buffer): Answer {
    if (!this.hand(payload)) return { answer: 'refused', reason: 'too_large' };
    const answer = this.wasm.identify(payload.length);
    if (answer === ANSWERS.more) return { answer: 'more' };
    const text = this.result().toString();
    return answer === ANSWERS.found
      ? { answer: 'found', organization: text }
      : { answer: 'refused', reason: text };
  }

  /** Of the message that `identify` saw last: MQTT's protocol level, 4 or 5; 0 where it is not known. */
  get dialect(): number {
    return this.wasm.dialect();
  }

  /** What the protocol says to a device that is to go to `location`; empty where it has no words for it. */
  notification(location: string): Buffer {
    const bytes = Buffer.from(location);
    if (!this.hand(bytes)) return Buffer.alloc(0);
    this.wasm.notify(bytes.length);
    return this.result();
  }

  private hand(bytes: Buffer): boolean {
    const at = this.wasm.take(bytes.length);
    if (at === 0) return false;
    new Uint8Array(this.wasm.memory.buffer, at, bytes.length).set(bytes);
    return true;
  }

  private result(): Buffer {
    const { memory, resultAt, resultSize } = this.wasm;
    return Buffer.from(Buffer.from(memory.buffer, resultAt(), resultSize()));
  }
}

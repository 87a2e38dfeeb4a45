// Reads the types of a module's imported and exported functions: JavaScript's WebAssembly API does not tell them, and
// Envoy refuses a module that has one wrong.
// Source: WebAssembly core specification, "Binary format: modules".

/** An imported or exported function; `type` as in `signatures.ts`. */
export interface FunctionType {
  readonly name: string;
  readonly type: string;
}

export interface FunctionImport extends FunctionType {
  readonly module: string;
}

/** The functions on a module's outside, in its order. */
export interface ModuleTypes {
  readonly imports: readonly FunctionImport[];
  readonly exports: readonly FunctionType[];
}

const SECTION = { type: 1, import: 2, function: 3, export: 7 } as const;
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const VALUE_TYPES: Readonly<Record<number, string>> = { 0x7f: 'i', 0x7e: 'I', 0x7d: 'f', 0x7c: 'F' };

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly end: number,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined || this.done) throw new Error('the module ends in the middle of a section');
    this.at++;
    return value;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.number();
    const start = this.at;
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(start, this.at));
  }

  section(length: number): Reader {
    const inner = new Reader(this.bytes, this.at, this.at + length);
    this.at += length;
    return inner;
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.number() }, item);
  }

  skipLimits(): void {
    const flags = this.byte();
    this.number();
    if ((flags & 1) !== 0) this.number();
  }
}

function readValues(reader: Reader): string {
  return reader.list(() => VALUE_TYPES[reader.byte()] ?? '?').join('');
}

function readType(reader: Reader): string {
  if (reader.byte() !== 0x60) throw new Error('the module has a type that is not a function');
  const parameters = readValues(reader);
  return `${parameters}:${readValues(reader)}`;
}

/** @throws Error when the bytes are not a WebAssembly module this can read. */
export function readModuleTypes(bytes: Uint8Array): ModuleTypes {
  const reader = new Reader(bytes, 8, bytes.length);
  let types: string[] = [];
  const functions: string[] = [];
  const imports: FunctionImport[] = [];
  const exports: FunctionType[] = [];
  while (!reader.done) {
    const id = reader.byte();
    const section = reader.section(reader.number());
    if (id === SECTION.type) types = section.list(() => readType(section));
    else if (id === SECTION.import) section.list(() => readImport(section));
    else if (id === SECTION.function) section.list(() => functions.push(types[section.number()] ?? '?'));
    else if (id === SECTION.export) section.list(() => readExport(section));
  }
  return { imports, exports };

  function readImport(section: Reader): void {
    const module = section.name();
    const name = section.name();
    const kind = section.byte();
    if (kind === KIND.function) {
      const type = types[section.number()] ?? '?';
      functions.push(type);
      imports.push({ module, name, type });
    } else if (kind === KIND.table) {
      section.byte();
      section.skipLimits();
    } else if (kind === KIND.memory) section.skipLimits();
    else if (kind === KIND.global) {
      section.byte();
      section.byte();
    } else {
      section.byte();
      section.number();
    }
  }

  function readExport(section: Reader): void {
    const name = section.name();
    const kind = section.byte();
    const index = section.number();
    if (kind === KIND.function) exports.push({ name, type: functions[index] ?? '?' });
  }
}

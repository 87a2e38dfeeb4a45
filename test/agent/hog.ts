/** A program that takes memory and uses it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { killWhenOrphaned } from '../harness/watchdog.ts';

/** For each line of input, a number of bytes: has so many in use, every page written to, and says so. */
const PROGRAM = `
import sys
keep = []
has = 0
print("ready", flush=True)
for line in sys.stdin:
    want = int(line)
    while has > want:
        has -= len(keep.pop())
    while has < want:
        size = min(want - has, 1 << 20)
        keep.append(bytearray(b"x") * size)
        has += size
    print(has, flush=True)
`;

export class Hog {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly release: () => void,
  ) {}

  /** @param enter a shell command that it begins with, such as `ulimit -v 1000000` */
  static async start(enter = ':'): Promise<Hog> {
    const child = spawn('/bin/sh', ['-c', `${enter} && exec python3 -c '${PROGRAM}'`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const release = killWhenOrphaned(child.pid ?? 0);
    const hog = new Hog(child, createInterface({ input: child.stdout! })[Symbol.asyncIterator](), release);
    const { value } = (await hog.lines.next()) as { value: unknown };
    if (value !== 'ready') throw new Error('the program that takes memory did not start');
    return hog;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when it has so many bytes in use. @throws Error when it was ended for it */
  async take(bytes: number): Promise<void> {
    this.child.stdin?.write(`${Math.round(bytes)}\n`);
    const { done } = await this.lines.next();
    if (done) throw new Error(`the program that takes memory ended at ${bytes} bytes`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    this.release();
  }
}

/** Debian's mosquitto as a server behind the proxies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawDevice } from '../harness/device.ts';
import { freePort, tmpDir, type TmpDir } from '../harness/machine.ts';
import { Changes, waitFor } from '../harness/wait.ts';
import { killWhenOrphaned } from '../harness/watchdog.ts';

export class Mosquitto {
  readonly host = '127.0.0.1';
  private exited = false;
  private readonly changes = new Changes();
  private readonly lines: string[] = [];

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly directory: TmpDir,
  ) {
    const release = child.pid === undefined ? undefined : killWhenOrphaned(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.lines.push(text));
    }
    child.on('error', (error) => this.lines.push(String(error)));
    child.on('close', () => {
      release?.();
      this.exited = true;
      this.changes.notify();
    });
  }

  /** @throws Error with its output when it does not listen */
  static async start(binary: string): Promise<Mosquitto> {
    const directory = tmpDir('mosquitto');
    const port = await freePort();
    const file = join(directory.path, 'mosquitto.conf');
    writeFileSync(
      file,
      `listener ${port} 127.0.0.1
allow_anonymous true
log_type all
`,
    );
    const child = spawn(binary, ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const broker = new Mosquitto(port, child, directory);
    try {
      await waitFor(async () => (await RawDevice.connect({ port })).stop() ?? true, {
        what: 'mosquitto to listen',
        describe: () => broker.log,
      });
      return broker;
    } catch (error) {
      await broker.stop();
      throw error;
    }
  }

  /** All that it has written. */
  get log(): string {
    return this.lines.join('');
  }

  async stop(): Promise<void> {
    if (!this.exited) this.child.kill('SIGKILL');
    await this.changes.until(() => this.exited, { what: 'mosquitto to end' });
    this.directory.stop();
  }
}

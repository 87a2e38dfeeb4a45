/**
 * Nothing outlives the runner, not even when it is killed with SIGKILL: a small shell in a session of its own reads from a
 * pipe what has been started. The kernel closes the pipe when the runner ends, however it ends, and the shell then kills
 * what is still there and removes the directory.
 */
import { spawn, type ChildProcess } from 'node:child_process';

/** Every started process leads a process group: `-pid` takes along what it has started itself. */
const SCRIPT = `
trap '' INT TERM HUP
pids=' '
directory=
while read -r word value; do
  case $word in
    started) pids="$pids$value " ;;
    ended) pids="\${pids%% $value *} \${pids#* $value }" ;;
    directory) directory=$value ;;
  esac
done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done
[ -z "$directory" ] || rm -rf -- "$directory" || rm -rf -- "$directory"
`;

export class Guard {
  private readonly shell: ChildProcess;

  constructor() {
    this.shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // Without a guard an orderly end still ends everything.
    this.shell.on('error', () => undefined);
    this.shell.stdin?.on('error', () => undefined);
    // It ends after this process and must not keep it alive.
    this.shell.unref();
    (this.shell.stdin as unknown as { unref(): void }).unref();
  }

  /** A process that leads a process group has started. */
  started(pid: number): void {
    this.tell(`started ${pid}`);
  }
  /** It has ended: its number may soon be another process's. */
  ended(pid: number): void {
    this.tell(`ended ${pid}`);
  }
  /** Is to be removed; '' takes that back. @throws Error for a path with a line break */
  directory(path: string): void {
    if (path.includes('\n'))
      throw new Error(`the directory ${JSON.stringify(path)} has a line break in its name`);
    this.tell(`directory ${path}`);
  }

  /** Lets the shell end. */
  stop(): void {
    this.shell.stdin?.end();
  }

  private tell(line: string): void {
    this.shell.stdin?.write(`${line}\n`);
  }
}

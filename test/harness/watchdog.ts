/**
 * Nothing a test started may outlive it, not even when the test process is killed with SIGKILL.
 * A small shell in a session of its own reads orders from a pipe; the kernel closes the pipe when this
 * process ends, however it ends, and the shell then runs every order that was not taken back.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

const SCRIPT = `
trap '' INT TERM HUP
orders=
while read -r op id order; do
  case $op in
    +) orders="$orders
$id $order" ;;
    -) orders=$(printf '%s\\n' "$orders" | while read -r other rest; do
         [ "$other" = "$id" ] || printf '%s %s\\n' "$other" "$rest"
       done) ;;
  esac
done
printf '%s\\n' "$orders" | while read -r id order; do
  [ -z "$order" ] || eval "$order"
done
`;

let shell: ChildProcess | undefined;
let nextId = 0;

function tell(line: string): void {
  if (shell === undefined) {
    shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    shell.on('error', (error) => {
      throw new Error(`the watchdog shell /bin/sh could not be started: ${error.message}`);
    });
    // Without the shell nothing is guarded any more, which is no reason to fail a test.
    shell.stdin?.on('error', () => undefined);
    // It must not keep this process alive: it ends after us, never before.
    shell.unref();
    (shell.stdin as unknown as { unref?: () => void }).unref?.();
  }
  shell.stdin?.write(line);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Has `words` run as a command should this process end before the returned function is called.
 * @throws Error for a word with a line break in it: orders go to the shell line by line.
 */
export function whenOrphaned(words: readonly string[]): () => void {
  if (words.some((word) => word.includes('\n'))) throw new Error('a watchdog order may not hold line breaks');
  const id = `o${nextId++}`;
  tell(`+ ${id} ${words.map(quote).join(' ')}\n`);
  let taken = false;
  return () => {
    if (taken) return;
    taken = true;
    tell(`- ${id}\n`);
  };
}

/** Has the process `pid` killed with SIGKILL should this one end first; call the result once it has exited. */
export function killWhenOrphaned(pid: number): () => void {
  return whenOrphaned(['kill', '-9', String(pid)]);
}

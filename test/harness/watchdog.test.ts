import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { tmpDir } from './machine.ts';
import { waitFor } from './wait.ts';
import { whenOrphaned } from './watchdog.ts';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('what a process started is killed when that process is, what was released is left alone, orders are run', async () => {
  const watchdog = new URL('./watchdog.ts', import.meta.url).href;
  const script = `
    const { spawn } = await import('node:child_process');
    const { killWhenOrphaned, whenOrphaned } = await import(${JSON.stringify(watchdog)});
    whenOrphaned(['mkdir', process.argv[1]]);
    const children = [0, 1, 2].map(() => spawn('sleep', ['60'], { stdio: 'ignore' }));
    const releases = children.map((child) => killWhenOrphaned(child.pid));
    releases[1]();
    process.stdout.write(children.map((child) => child.pid).join(' ') + '\\n');
    setInterval(() => {}, 1000);
  `;
  const dir = tmpDir();
  const made = join(dir.path, "it's $HOME; \\a  b");
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const args = ['--import', loader, '--input-type=module', '-e', script, made];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const [first = 0, released = 0, third = 0] = line.toString().trim().split(' ').map(Number);
  try {
    expect([first, released, third].map(alive)).toEqual([true, true, true]);
    parent.kill('SIGKILL');
    await waitFor(() => !alive(first) && !alive(third), { what: 'the orphans to be killed' });
    await waitFor(() => existsSync(made), { what: 'the order to be run' });
    expect(alive(released)).toBe(true);
  } finally {
    process.kill(released, 'SIGKILL');
    dir.stop();
  }
});

test('an order with a line break is refused', () => {
  expect(() => whenOrphaned(['kill', '-9', '1\nreboot'])).toThrow('line breaks');
});

import { mkdtempSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Guard } from './guard.ts';
import { LocalProcess, type Exit } from './process.ts';
import { until } from './until.ts';

const options = { timeoutMs: 20_000, intervalMs: 5 };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A Node.js program. */
function program(
  script: string,
  more: Partial<ConstructorParameters<typeof LocalProcess>[0]> = {},
): LocalProcess {
  const command = { file: process.execPath, args: ['-e', script] };
  return new LocalProcess({ id: 'part', command, guard: new Guard(), ...more });
}

it('starts, tells lines, stops by SIGTERM, and starts again', async () => {
  const lines: string[] = [];
  const unexpected: Exit[] = [];
  const part = program("console.log('up ' + process.pid); setInterval(() => 0, 1e6)", {
    onLine: (line) => lines.push(line),
    onUnexpectedExit: (_, exit) => unexpected.push(exit),
  });
  for (let run = 1; run <= 2; run++) {
    part.start();
    const { pid } = part;
    await until('a line', () => lines.length === run, options);
    expect(lines.at(-1)).toBe(`up ${pid}`);
    expect(() => part.start()).toThrow('runs already');
    await part.stop();
    expect([part.pid, part.exit, isAlive(pid ?? 0)]).toEqual([
      undefined,
      { code: null, signal: 'SIGTERM' },
      false,
    ]);
  }
  expect(unexpected).toEqual([]);
});

it('ends a frozen process', async () => {
  let isUp = false;
  const part = program("console.log('up'); setInterval(() => 0, 1e6)", { onLine: () => (isUp = true) });
  part.start();
  await until('a line', () => isUp, options);
  await part.kill('SIGSTOP');
  await part.stop();
  expect(part.exit).toEqual({ code: null, signal: 'SIGTERM' });
});

it('says how it ended and what it wrote last', async () => {
  const ended = new Promise<string>((resolve) => {
    program("console.error('no such port'); process.exitCode = 3", {
      onUnexpectedExit: (part) => resolve(part.obituary()),
    }).start();
  });
  expect(await ended).toBe('part has ended (exit code 3); its output ends:\nno such port');
});

it('says that a program cannot be started', async () => {
  const part = program('', { command: { file: '/nowhere/program', args: [] } });
  part.start();
  await part.end;
  expect(part.obituary()).toMatch(
    /part has ended \(it never ran\).*\n\/nowhere\/program cannot be started: .*ENOENT/,
  );
});

it('the guard kills what is left, with its children, and removes the directory', async () => {
  const guard = new Guard();
  const directory = mkdtempSync(join(tmpdir(), 'cohort test '));
  guard.directory(directory);
  const lines: string[] = [];
  const child =
    "const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)']);";
  const left = program(`${child} console.log(c.pid); setInterval(() => 0, 1e6)`, {
    guard,
    onLine: (line) => lines.push(line),
  });
  const ended = program('', { guard });
  left.start();
  ended.start();
  await ended.end;
  await until('a line', () => lines.length > 0, options);
  // As if this process had ended.
  guard.stop();
  await left.end;
  expect(left.exit).toEqual({ code: null, signal: 'SIGKILL' });
  await until('the grandchild to be gone', () => !isAlive(Number(lines[0])), options);
  await until('the directory to be gone', () => !existsSync(directory), options);
});

/** What all networks of tests share: the `ip` command, names and subnets that no other test uses. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Attempts at finding a /24 that no other test uses at this moment. */
const SUBNET_ATTEMPTS = 50;

let made = 0;

/** Runs `ip` with these arguments. @throws Error with what it said */
export async function ip(...args: string[]): Promise<string> {
  try {
    return (await run('ip', args)).stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`ip ${args.join(' ')}: ${(stderr?.trim() ?? '') || String(error)}`, { cause: error });
  }
}

/** A name for a namespace and an interface, unique on this machine: interface names hold 15 characters at most. */
export function networkName(): string {
  return `ch${process.pid.toString(36)}-${made++}`;
}

/**
 * Finds a free /24 of 198.18.0.0/15 (set aside for tests by RFC 2544), gives its address `.1` to the interface `device` of
 * the test's own namespace and routes all of it via `.2` there. @returns its first three numbers
 */
export async function claimSubnet(device: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const subnet = `198.${18 + Math.floor(Math.random() * 2)}.${Math.floor(Math.random() * 256)}`;
    try {
      // Of two tests that chose the same subnet, the kernel refuses this route to the second.
      await ip('route', 'add', `${subnet}.0/24`, 'dev', device);
    } catch (error) {
      if (attempt < SUBNET_ATTEMPTS && String(error).includes('File exists')) continue;
      throw error;
    }
    await ip('addr', 'add', `${subnet}.1/30`, 'dev', device);
    await ip('route', 'replace', `${subnet}.0/24`, 'via', `${subnet}.2`, 'dev', device);
    return subnet;
  }
}

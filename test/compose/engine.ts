/** The container engine that runs the compose file. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What `scripts/compose.mjs` found or installed. */
export interface Engine {
  readonly kind: 'docker' | 'podman';
  /** The engine's own command line, such as `['docker']`. */
  readonly engine: readonly string[];
  /** Compose's, such as `['docker', 'compose']`. */
  readonly compose: readonly string[];
}

/** Each of a system's containers, networks and volumes carries its project's name. */
const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';

const execute = promisify(execFile);

/** @throws Error outside of `npm run test:compose` */
export function theEngine(): Engine {
  const text = process.env.COHORT_COMPOSE_ENGINE;
  if (text === undefined) throw new Error('COHORT_COMPOSE_ENGINE is not set: use `npm run test:compose`');
  return JSON.parse(text) as Engine;
}

/** Runs a program. @returns standard output, trimmed @throws Error with what it said */
export async function command(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [file = '', ...args] = words;
  try {
    const { stdout } = await execute(file, args, {
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    throw new Error(`${words.join(' ')}: ${stderr.trim().slice(-2_000) || message}`, { cause: error });
  }
}

/** Labels that make a container one of the project's. */
export function labels(project: string, service: string): string[] {
  return ['--label', `${PROJECT}=${project}`, '--label', `${SERVICE}=${service}`];
}

/** The container of one service. @throws Error when there is none */
export async function containerOf(engine: Engine, project: string, service: string): Promise<string> {
  const filters = ['--filter', `label=${PROJECT}=${project}`, '--filter', `label=${SERVICE}=${service}`];
  const found = await command([...engine.engine, 'ps', '--all', '--quiet', '--no-trunc', ...filters]);
  const [id = ''] = found.split('\n');
  if (id === '') throw new Error(`the project ${project} has no container of ${service}`);
  return id;
}

/** Podman removes no container that another one depends on: what was left over is tried again. */
const ROUNDS = 5;

/** Removes all of a project at once, without an orderly end. Safe to call twice. @throws Error with what could not be removed */
export async function removeProject({ kind, engine }: Engine, project: string): Promise<void> {
  const remove = async (list: string[], how: string[]): Promise<void> => {
    let failure: unknown;
    for (let round = 0; round < ROUNDS; round++) {
      const found = await command([...engine, ...list, '--quiet', '--filter', `label=${PROJECT}=${project}`]);
      if (found === '') return;
      await command([...engine, ...how, ...found.split('\n')]).catch((error: unknown) => (failure = error));
    }
    if (failure !== undefined) throw failure as Error;
  };
  const now = kind === 'podman' ? ['--depend', '--time', '0'] : [];
  await remove(['ps', '--all'], ['rm', '--volumes', '--force', ...now]);
  await remove(['network', 'ls'], ['network', 'rm']);
  await remove(['volume', 'ls'], ['volume', 'rm']);
}

/** Which control plane is asked, and how: by options, else the environment, else a file. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CtlFailure } from './failure.ts';

/** The first port that docker-compose.yml gives the admin interface. */
const DEFAULT_SERVER = 'http://127.0.0.1:18001';

export interface Connection {
  /** Base URLs; the next is asked where one does not answer. */
  readonly servers: readonly URL[];
  readonly token: string | undefined;
  /** PEM of the authority that signed the certificate of an https URL. Default: those that Node.js trusts. */
  readonly ca: Buffer | undefined;
}

export interface ConnectionOptions {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly ca?: string | undefined;
  readonly config?: string | undefined;
}

const fileSchema = z.strictObject({
  server: z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  ca: z.string().optional(),
});

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws CtlFailure COHORT_CTL_CONFIG */
export async function connectionOf(options: ConnectionOptions, env: Environment): Promise<Connection> {
  const file = await configFile(options.config ?? (env['COHORT_CTL_CONFIG'] || undefined), env);
  const server = options.server ?? (env['COHORT_CTL_SERVER'] || file.server) ?? DEFAULT_SERVER;
  const ca = options.ca ?? (env['COHORT_CTL_CA'] || file.ca);
  return {
    servers: server.split(',').map(urlOf),
    token: tokenOf(options, env, file),
    ca: ca === undefined ? undefined : Buffer.from(read(ca, 'the authority')),
  };
}

function tokenOf(
  options: ConnectionOptions,
  env: Environment,
  file: z.infer<typeof fileSchema>,
): string | undefined {
  for (const { token, tokenFile } of [
    options,
    { token: env['COHORT_ADMIN_TOKEN'], tokenFile: env['COHORT_CTL_TOKEN_FILE'] },
    file,
  ]) {
    if (token !== undefined && token !== '') return token;
    if (tokenFile !== undefined && tokenFile !== '') return read(tokenFile, 'the token').trim();
  }
  return undefined;
}

function urlOf(text: string): URL {
  const withScheme = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw failure(`${JSON.stringify(text)} is no URL of a control plane, such as ${DEFAULT_SERVER}`);
  }
  return url;
}

async function configFile(named: string | undefined, env: Environment): Promise<z.infer<typeof fileSchema>> {
  const directory = env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? homedir(), '.config');
  const path = named ?? join(directory, 'cohort', 'ctl.yaml');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw failure(`${path} cannot be read: ${(error as Error).message}`);
  }
  const { parse } = await import('yaml');
  let found: unknown;
  try {
    found = parse(text) ?? {};
  } catch (error) {
    throw failure(`${path}: ${(error as Error).message}`);
  }
  const parsed = fileSchema.safeParse(found);
  if (!parsed.success) throw failure(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function read(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw failure(`the file with ${what} cannot be read: ${(error as Error).message}`);
  }
}

function failure(detail: string): CtlFailure {
  return CtlFailure.of('COHORT_CTL_CONFIG', detail, 'USAGE');
}

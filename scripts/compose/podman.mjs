// Podman with settings, images and state of its own, apart from whatever else it does on this machine.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installDebian } from '../setup/apt.mjs';
import { makeCache } from '../setup/cache.mjs';
import { lastLine, run } from '../setup/children.mjs';
import { WayFailed } from '../setup/errors.mjs';
import { allOnPath } from '../setup/find.mjs';
import { podmanCompose } from './podman-compose.mjs';

/** What Debian and its kin call the packages; iproute2 and util-linux for the network namespace. */
const PACKAGES = [
  ...['podman', 'runc', 'netavark', 'aardvark-dns', 'iptables'],
  ...['ca-certificates', 'debootstrap', 'iproute2', 'util-linux'],
];
const PROGRAMS = ['podman', 'runc', 'iptables', 'debootstrap', 'ip', 'unshare', 'setpriv', 'mount'];
const HELPERS = [
  '/usr/lib/podman',
  '/usr/libexec/podman',
  '/usr/local/libexec/podman',
  '/usr/local/lib/podman',
];

/** What runs containers keeps its state below it. Inside the namespace a file system of its own lies there. */
export const STATE = '/run/cohort-compose';

/**
 * Finds podman, or installs it where that can be done, and writes its settings.
 * @param {import('../setup/provide.mjs').Context} context
 * @returns {Promise<import('./system.mjs').Engine>}
 * @throws {WayFailed} says what is missing
 */
export async function providePodman(context) {
  if (process.platform !== 'linux') throw new WayFailed('podman is used on Linux alone');
  if (process.getuid?.() !== 0) {
    throw new WayFailed('podman is used by root alone here: it needs a network namespace of its own');
  }
  if ((await missingPrograms(context.env)).length > 0) await installDebian(PACKAGES, context);
  const missing = await missingPrograms(context.env);
  if (missing.length > 0) throw new WayFailed(`there is no ${missing.join(', no ')} on this machine`);
  const [podman = ''] = await allOnPath('podman', context.env);
  const [runc = ''] = await allOnPath('runc', context.env);
  const directory = join(context.cache, 'compose');
  await makeCache(directory);
  const env = await writeSettings(directory, runc);
  const compose = await podmanCompose(directory, context);
  const version = await run(podman, ['--version'], { env: { ...context.env, ...env } });
  if (version.code !== 0) throw new WayFailed(`podman does not work: ${lastLine(version.output)}`);
  return {
    kind: 'podman',
    title: lastLine(version.output),
    engine: [podman],
    compose: compose.command,
    env: { ...env, ...compose.env },
    directory,
  };
}

/** @param {NodeJS.ProcessEnv} env @returns {Promise<string[]>} */
async function missingPrograms(env) {
  const missing = [];
  for (const program of PROGRAMS) if ((await allOnPath(program, env)).length === 0) missing.push(program);
  for (const helper of ['netavark', 'aardvark-dns']) {
    const places = await allOnPath(helper, { PATH: HELPERS.join(':') });
    if (places.length === 0) missing.push(helper);
  }
  return missing;
}

/**
 * @param {string} directory
 * @param {string} runc
 * @returns {Promise<Record<string, string>>} what tells podman where they are
 */
async function writeSettings(directory, runc) {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const [files, processes] = [
    hardLimit(limits, 'Max open files', 1_048_576),
    hardLimit(limits, 'Max processes', 4_096),
  ];
  const settings = {
    // The limits that are built in may be above this machine's, and then no container starts.
    'containers.conf': `[containers]
default_ulimits = ["nofile=${files}:${files}", "nproc=${processes}:${processes}"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${STATE}/libpod"
[engine.runtimes]
runc = ["${runc}"]
[network]
network_backend = "netavark"
network_config_dir = "${directory}/networks"
`,
    'storage.conf': `[storage]
driver = "overlay"
graphroot = "${directory}/storage"
runroot = "${STATE}/storage"
`,
    'registries.conf': 'unqualified-search-registries = ["docker.io"]\n',
  };
  await mkdir(join(directory, 'networks'), { recursive: true });
  for (const [name, content] of Object.entries(settings)) await writeFile(join(directory, name), content);
  return {
    CONTAINERS_CONF: join(directory, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(directory, 'storage.conf'),
    CONTAINERS_REGISTRIES_CONF: join(directory, 'registries.conf'),
    // Health checks are run by whoever asks: podman leaves the clock to systemd, which need not be there.
    DISABLE_HC_SYSTEMD: 'true',
  };
}

/**
 * @param {string} limits the text of /proc/self/limits
 * @param {string} name
 * @param {number} most what is enough
 * @returns {number} what may be set at most; podman has lowered the number of processes before it starts a container
 */
function hardLimit(limits, name, most) {
  const [, hard] = new RegExp(`^${name} +\\S+ +(\\d+)`, 'm').exec(limits) ?? [];
  return hard === undefined ? most : Math.min(Number(hard), most);
}

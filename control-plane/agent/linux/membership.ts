/**
 * Where a cgroup's files are: cgroups(7). In version 1 each controller has a hierarchy of its own, in version 2 there is one
 * for all, and a hybrid machine has both; what version 1 has, version 2 does not have there. Pure.
 */

/** Of the controllers those that are read. */
export type Controller = 'memory' | 'cpu' | 'cpuacct' | 'cpuset';

/** By the controller of version 1, and `''` for version 2: the path of the cgroup in that hierarchy. */
export type Membership = ReadonlyMap<string, string>;

export interface Mount {
  readonly version: 1 | 2;
  /** What part of the hierarchy is mounted: `/`, or a container's own cgroup. */
  readonly root: string;
  /** Where. */
  readonly at: string;
  readonly controllers: readonly string[];
}

export interface Place {
  readonly version: 1 | 2;
  /** The cgroup's files. */
  readonly directory: string;
  /** The highest directory that is seen: limits of all from there down are in force. */
  readonly top: string;
}

/** Of `/proc/<pid>/cgroup`: lines of `number:controllers:path`. */
export function parseMembership(text: string): Membership {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  return paths;
}

/** The cgroup of this path in every hierarchy. */
export function everywhere(path: string, mounts: readonly Mount[]): Membership {
  return new Map(
    mounts.flatMap(({ version, controllers }) =>
      version === 2 ? [['', path] as const] : controllers.map((one) => [one, path] as const),
    ),
  );
}

/** Mounted cgroup hierarchies, of `/proc/<pid>/mountinfo`: proc_pid_mountinfo(5). */
export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', at = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const controllers = type === 'cgroup' ? options.split(',') : [];
    mounts.push({
      version: type === 'cgroup' ? 1 : 2,
      root: unescaped(root),
      at: unescaped(at),
      controllers,
    });
  }
  return mounts;
}

/** Blanks stand as `\040` there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/** @returns undefined where it cannot be seen from here, or nobody has this controller */
export function placeOf(
  controller: Controller,
  membership: Membership,
  mounts: readonly Mount[],
): Place | undefined {
  const own = membership.get(controller);
  const version = own === undefined ? 2 : 1;
  const path = own ?? membership.get('');
  if (path === undefined) return undefined;
  for (const mount of mounts) {
    if (mount.version !== version || (version === 1 && !mount.controllers.includes(controller))) continue;
    const below = pathBelow(mount.root, path);
    if (below !== undefined) return { version, directory: join(mount.at, below), top: mount.at };
  }
  return undefined;
}

/** @returns the rest of the path, without a slash at its start; undefined when it is not below the root */
export function pathBelow(root: string, path: string): string | undefined {
  // A cgroup of another namespace.
  if (path === '/..' || path.startsWith('/../')) return undefined;
  if (root === '/') return path.slice(1);
  if (path === root) return '';
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

function join(directory: string, path: string): string {
  return path === '' ? directory : `${directory}/${path}`;
}

/** The cgroup and all above it that are seen, the lowest first. */
export function upwards({ directory, top }: Place): string[] {
  const all = [directory];
  for (let at = directory; at !== top && at.includes('/');) {
    at = at.slice(0, at.lastIndexOf('/'));
    all.push(at);
  }
  return all;
}

// Podman's containers run in namespaces made for the purpose: their bridges and addresses exist there alone, and when the
// first process inside ends, however it ends, the kernel ends all others and takes networks and mounts away.
import { fileURLToPath } from 'node:url';
import { STATE } from './podman.mjs';

const NAME_SERVER = fileURLToPath(new URL('name-server.mjs', import.meta.url));
const NAME_SERVER_ADDRESS = '127.0.0.2';

/** The shell stays and takes up whatever is orphaned. What /etc/resolv.conf leads to may lie in /run. */
const INSIDE = `
ip link set lo up || exit 1
mount -t tmpfs tmpfs /run || exit 1
mkdir -p ${STATE}
echo 1 > /proc/sys/net/ipv4/ip_forward || exit 1
target=$(readlink -m /etc/resolv.conf)
mkdir -p "$(dirname "$target")"
[ -e "$target" ] || : > "$target"
echo 'nameserver ${NAME_SERVER_ADDRESS}' > ${STATE}/resolv.conf
mount --bind ${STATE}/resolv.conf "$target" || exit 1
node=$1 name_server=$2
shift 2
"$node" "$name_server" ${NAME_SERVER_ADDRESS} &
"$@"
exit $?
`;

/**
 * @param {readonly string[]} command
 * @returns {[file: string, ...args: string[]]} the command that runs it inside; needs root
 */
export function inNamespaces(command) {
  const namespaces = ['--net', '--pid', '--mount', '--fork', '--kill-child=SIGKILL', '--mount-proc'];
  return [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    ...namespaces,
    'sh',
    '-c',
    INSIDE,
    'sh',
    process.execPath,
    NAME_SERVER,
    ...command,
  ];
}

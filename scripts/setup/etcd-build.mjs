// etcd built from its Go module, where Go is installed.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withTemporary } from './cache.mjs';
import { howEnded, run } from './children.mjs';
import { WayFailed } from './errors.mjs';
import { allOnPath } from './find.mjs';
import { ETCD_BUILD_VERSION } from './products.mjs';
import { install } from './wheel.mjs';

/** The stub module that requires etcd; its go.mod and go.sum pin every version. */
export const STUB_MODULE = fileURLToPath(new URL('etcd-build', import.meta.url));

/** How often a line says that the build still runs. */
const PROGRESS_MS = 15_000;

/**
 * Call it only while the product's lock is held.
 * @param {import('./products.mjs').Product} product
 * @param {import('./provide.mjs').Context} context
 * @throws {WayFailed} if it cannot be had this way
 */
export async function buildEtcd(product, context) {
  const [go] = await allOnPath('go', context.env);
  if (go === undefined) throw new WayFailed('there is no `go` on PATH');

  await withTemporary(context.cache, product.name, async (directory) => {
    context.log(`etcd: building ${ETCD_BUILD_VERSION} from its Go module (takes some minutes) …`);
    const binary = join(directory, 'etcd');
    const since = performance.now();
    let compiled = 0;
    const progress = setInterval(() => {
      const seconds = Math.round((performance.now() - since) / 1000);
      context.log(`etcd: still building: ${seconds} s, ${compiled} packages compiled`);
    }, PROGRESS_MS);
    try {
      // -v prints a line for each package compiled. -p 2 leaves a small machine usable.
      const args = [
        'build',
        '-v',
        '-p',
        '2',
        '-trimpath',
        '-buildvcs=false',
        '-ldflags',
        '-s -w',
        '-o',
        binary,
        '.',
      ];
      const ended = await run(go, args, {
        cwd: STUB_MODULE,
        // What a user has set for other projects must not change what is built.
        env: { ...context.env, GOFLAGS: '-mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' },
        onOutput: (text) => (compiled += text.split('\n').length - 1),
      });
      if (ended.code !== 0)
        throw new WayFailed(`go build failed (${howEnded(ended)}): ${reason(ended.output)}`);
    } finally {
      clearInterval(progress);
    }
    await install(binary, product, ETCD_BUILD_VERSION, directory, context);
  });
}

/**
 * @param {string} output of `go build -v`
 * @returns {string} the line that says why it failed: the first that is more than the path of a package
 */
function reason(output) {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.find((line) => /\s/.test(line) && !line.startsWith('go: downloading')) ?? 'no reason given';
}

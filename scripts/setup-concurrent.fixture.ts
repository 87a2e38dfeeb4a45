/** One set-up in a process of its own: provides Envoy in the world that the arguments describe, and prints what it found. */
import { LINUX, withHash } from './setup-fakes.ts';
import { ENVOY } from './setup/products.mjs';
import { provide } from './setup/provide.mjs';

const [cache = '', path = '', sha256 = ''] = process.argv.slice(2);
const env = { PATH: path, COHORT_CACHE: cache };
const log = (line: string): void => console.error(line);
const found = await provide(withHash(ENVOY, sha256), { env, cache, host: LINUX, log });
console.log(JSON.stringify(found));

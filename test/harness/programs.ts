/** The programs that tests start as processes of their own. The global set-up bundles them. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, bundleDashboard } from '../../scripts/bundle/bundle.mjs';
import { ENTRY } from '../../scripts/bundle/fresh.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Name → source, relative to the root. */
const PROGRAMS = {
  candidate: 'test/store/candidate-main.ts',
  'control-plane': 'test/control-plane/control-plane-main.ts',
  'server-process': 'test/harness/server-process-main.ts',
  writer: 'test/store/writer-main.ts',
} as const;

const targetOf = (name: string): string => `build/test-programs/${name}`;

/** For `node`. */
export function programPath(name: keyof typeof PROGRAMS): string {
  return join(ROOT, targetOf(name), ENTRY);
}

/** Makes anew what has changed, the commands and the dashboard as well. */
export async function bundlePrograms(): Promise<void> {
  await bundle(ROOT);
  await bundleDashboard(ROOT);
  for (const [name, entry] of Object.entries(PROGRAMS)) await bundle(ROOT, { entry, target: targetOf(name) });
}

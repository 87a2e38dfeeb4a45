// `npm run build:commands`.
import { fileURLToPath } from 'node:url';
import { bundle, bundleDashboard } from './bundle.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
await Promise.all([bundle(root), bundleDashboard(root)]);

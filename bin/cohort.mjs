#!/usr/bin/env node
// Starts `cohort`. The TypeScript is run as it is, through tsx.
import '../scripts/setup/require-node.mjs';
import { register } from 'tsx/esm/api';

register();
await import('../cli/main.ts');

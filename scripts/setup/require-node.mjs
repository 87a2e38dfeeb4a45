// Imported first by every command, so that an old Node.js gets a clear message and not a syntax or API error.
import { refuseNode } from './versions.mjs';

const refused = refuseNode(process.versions.node);
if (refused !== null) {
  process.stderr.write(`COHORT_SETUP_NODE: ${refused}\n`);
  process.exit(1);
}

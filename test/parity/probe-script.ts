/** Scripts whose filter is the probe of the Node host (`protocol-filters/host/probes/script.ts`): it logs all it is told. */
import type { Request, Step } from './script.ts';

export interface ProbeScript {
  /** Part of log lines and names: letters, digits and '_'. */
  name: string;
  /** What the probe does at which callback. */
  lines: readonly string[];
  /** A TCP connection, or with it a request. */
  request?: Request;
  steps: readonly Step[];
}

/** `cohort`: every command of the system. Each loads what it runs when it is called, so that none waits for the others. */
import { Command } from 'commander';
import { ERRORS, isCohortError } from '../control-plane/errors.ts';
import { agentCommand } from './commands/agent.ts';
import { bootstrapCommand } from './commands/bootstrap.ts';
import { certsCommand } from './commands/certs.ts';
import { controlPlaneCommand } from './commands/control-plane.ts';
import { ctlCommand } from './commands/ctl/ctl.ts';
import { demoServerCommand } from './commands/demo-server.ts';
import { fleetCommand } from './commands/fleet.ts';
import { greeterCommand } from './commands/greeter.ts';
import { upCommand } from './commands/up.ts';

const program = new Command('cohort')
  .description('Keeps all devices of an organization together on one server')
  .showHelpAfterError('(add --help for what there is)')
  .addCommand(upCommand())
  .addCommand(controlPlaneCommand())
  .addCommand(ctlCommand())
  .addCommand(bootstrapCommand())
  .addCommand(agentCommand())
  .addCommand(certsCommand())
  .addCommand(demoServerCommand())
  .addCommand(fleetCommand())
  .addCommand(greeterCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`cohort: ${words(error)}\n`);
  process.exitCode = 1;
}

/** What a person needs to know; the place in the code only with COHORT_DEBUG. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.COHORT_DEBUG) return error.stack ?? error.message;
  return isCohortError(error)
    ? `${error.code}: ${error.message}\n${ERRORS[error.code].remedy}`
    : error.message;
}

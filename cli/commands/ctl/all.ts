/** Every command of `cohort ctl`, in the order of its help. */
import { admissionCommands } from './admissions.ts';
import { assignmentCommands, proxyCommands } from './assignment.ts';
import type { CtlCommand } from './command.ts';
import { listenerCommands, settingsCommands } from './listeners.ts';
import { organizationCommands } from './organizations.ts';
import { pinCommands, quarantineCommands } from './pins.ts';
import { rebalanceCommands } from './rebalances.ts';
import { serverCommands } from './servers.ts';
import { statusCommands } from './status.ts';

export const COMMANDS: readonly CtlCommand[] = [
  ...statusCommands.filter(({ words }) => words === 'overview'),
  ...serverCommands,
  ...organizationCommands,
  ...admissionCommands,
  ...pinCommands,
  ...quarantineCommands,
  ...rebalanceCommands,
  ...assignmentCommands,
  ...proxyCommands,
  ...listenerCommands,
  ...settingsCommands,
  ...statusCommands.filter(({ words }) => words !== 'overview'),
];

/** What a group is about, for the help. */
export const GROUPS: Readonly<Record<string, string>> = {
  servers: 'Servers: capacity, drains',
  organizations: 'Organizations: where their devices sit, and why',
  selectors: 'Labels that the server of an organization must have',
  admissions: 'Organizations that listeners with `admit: KNOWN` take',
  splits: 'Organizations on several servers',
  scans: 'Scans for devices out of place',
  pins: 'Organizations with a server of their own choosing',
  quarantines: 'Organizations that servers died of',
  rebalances: 'Rounds of moves',
  assignment: 'What proxies route by',
  proxies: 'Proxies: what they have applied and what they refuse',
  listeners: 'Where proxies take devices',
  settings: 'What may be turned while the system runs',
  verdicts: 'Which servers are dead',
  brake: 'The brake on moves after many deaths',
};

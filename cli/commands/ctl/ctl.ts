/** `cohort ctl`: what the admin interface does, from a shell. */
import { Argument as CommanderArgument, Command, Option as CommanderOption } from 'commander';
import { untilSignal } from '../../signals.ts';
import { COMMANDS, GROUPS } from './all.ts';
import { Client } from './client.ts';
import type { CtlCommand, Values } from './command.ts';
import { completions, completionScript, SHELLS, type Shell } from './completion.ts';
import { connectionOf, type ConnectionOptions } from './connection.ts';
import { CtlFailure, EXITS, wordsOf } from './failure.ts';
import { Session } from './session.ts';

interface GlobalFlags extends ConnectionOptions {
  readonly output: 'table' | 'json';
}

export function ctlCommand(): Command {
  const ctl = new Command('ctl')
    .description('Shows and changes a running system through the admin interface of a control plane')
    .option('--server <url>', 'of a control plane; several, separated by commas: the first that answers')
    .option('--token <text>', 'the bearer token (better: --token-file, or COHORT_ADMIN_TOKEN)')
    .option('--token-file <path>', 'holds the bearer token')
    .option('--ca <path>', "PEM of the authority that signed the server's certificate, for https")
    .option('--config <path>', 'a file with these options (default: ~/.config/cohort/ctl.yaml)')
    .addOption(
      new CommanderOption('-o, --output <form>', 'tables for people, JSON for scripts')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addHelpText('after', HELP);
  const groups = new Map<string, Command>();
  for (const command of COMMANDS) {
    const [first = '', second] = command.words.split(' ');
    if (second === undefined) {
      ctl.addCommand(built(command, first));
      continue;
    }
    let group = groups.get(first);
    if (group === undefined) {
      group = new Command(first).description(GROUPS[first] ?? '');
      groups.set(first, group);
      ctl.addCommand(group);
    }
    group.addCommand(built(command, second));
  }
  ctl
    .command('completion')
    .description('Prints what a shell needs to complete `cohort ctl`')
    .addArgument(new CommanderArgument('<shell>', 'which').choices(SHELLS))
    .addHelpText(
      'after',
      '\nbash: source <(cohort ctl completion bash)\nzsh:  source <(cohort ctl completion zsh)',
    )
    .action((shell: Shell) => void process.stdout.write(completionScript(shell)));
  ctl
    .command('complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(complete);
  return exiting(ctl);
}

const HELP = `
Options come from the command line, else from COHORT_CTL_SERVER, COHORT_ADMIN_TOKEN, COHORT_CTL_TOKEN_FILE and
COHORT_CTL_CA, else from the file (server, token, tokenFile, ca). Without any: http://127.0.0.1:18001.

Exit codes:
${Object.values(EXITS)
  .map(([code, meaning]) => `  ${code}  ${meaning}`)
  .join('\n')}`;

/** What commander refuses ends with the code for that. */
function exiting(command: Command): Command {
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXITS.USAGE[0]));
  for (const one of command.commands) exiting(one as Command);
  return command;
}

function built(command: CtlCommand, name: string): Command {
  const made = new Command(name).description(command.about).aliases([...(command.aliases ?? [])]);
  for (const { name: argument, about, isOptional = false, isList = false } of command.args ?? []) {
    const words = `${argument}${isList ? '...' : ''}`;
    made.argument(isOptional ? `[${words}]` : `<${words}>`, about);
  }
  for (const { flags, about, choices, parse } of command.options ?? []) {
    const option = new CommanderOption(flags, about);
    if (choices !== undefined) option.choices([...choices]);
    // `--no-name` alone would make `name` true by itself.
    if (flags.startsWith('--no-')) option.default(undefined);
    if (parse !== undefined) option.argParser(parse as (text: string, before: unknown) => unknown);
    made.addOption(option);
  }
  if (command.notes !== undefined) made.addHelpText('after', `\n${command.notes}`);
  return made.action(async (...all: unknown[]) => {
    const self = all.at(-1) as Command;
    await run(command, self.processedArgs.flat().filter((one) => one !== undefined) as string[], self);
  });
}

async function run(command: CtlCommand, args: readonly string[], self: Command): Promise<void> {
  const { output } = self.optsWithGlobals<GlobalFlags>();
  try {
    // Of its own: where an option of the command has a global one's name, the command's is meant.
    const values: Values = self.opts();
    await command.run(await sessionOf(self, values), args, values);
  } catch (error) {
    if (!(error instanceof CtlFailure)) throw error;
    const { problem, exit } = error;
    process.stderr.write(`${output === 'json' ? JSON.stringify(problem) : wordsOf(problem)}\n`);
    process.exitCode = EXITS[exit][0];
  }
}

async function sessionOf(self: Command, { yes, force }: Values = {}): Promise<Session> {
  const flags = self.optsWithGlobals<GlobalFlags>();
  const client = new Client(await connectionOf(flags, process.env));
  const { signal } = untilSignal();
  const streams = { in: process.stdin, out: process.stdout, err: process.stderr };
  // Whoever reads has gone, as in `| head`.
  process.stdout.on('error', () => process.exit(EXITS.OK[0]));
  return new Session(client, streams, { output: flags.output, yes: yes === true || force === true, signal });
}

/** Words of a command line, the last of them being typed; prints what it may become. */
async function complete(words: readonly string[], _flags: unknown, self: Command): Promise<void> {
  const ask = async (path: string, query: Record<string, string>): Promise<Record<string, unknown>> => {
    const session = await sessionOf(self);
    return (await session.client.ask('get', path, { query, patienceMs: 2_000 })).body;
  };
  const found = await completions(COMMANDS, words, ask).catch(() => []);
  process.stdout.write(found.map((one) => `${one}\n`).join(''));
}

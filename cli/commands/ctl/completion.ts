/** Completion for shells: what a word may become, by the table of commands; names come from the control plane. */
import type { CtlCommand, Option, Thing } from './command.ts';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

const GLOBAL: readonly Option[] = [
  { flags: '--server <url>', about: 'of a control plane' },
  { flags: '--token <text>', about: 'the bearer token' },
  { flags: '--token-file <path>', about: 'holds the bearer token' },
  { flags: '--ca <path>', about: 'the authority' },
  { flags: '--config <path>', about: 'a file with options' },
  { flags: '-o, --output <form>', about: 'how', choices: ['table', 'json'] },
  { flags: '-h, --help', about: 'help' },
];

/** Where the names of things are, and by which member each is named. */
const SOURCES: Readonly<Record<Thing, readonly [path: string, member: string, name: string]>> = {
  server: ['/v1/servers', 'servers', 'id'],
  organization: ['/v1/organizations', 'organizations', 'organization'],
  pin: ['/v1/pins', 'pins', 'organization'],
  listener: ['/v1/listeners', 'listeners', 'name'],
  proxy: ['/v1/proxies', 'proxies', 'id'],
  quarantine: ['/v1/quarantines', 'quarantines', 'organization'],
  round: ['/v1/rebalances', 'rounds', 'id'],
  setting: ['/v1/settings', '', ''],
};
const SEARCHED: readonly Thing[] = ['server', 'organization', 'pin', 'proxy', 'quarantine'];

export type AskNames = (
  path: string,
  query: Record<string, string>,
) => Promise<Readonly<Record<string, unknown>>>;

/**
 * What the last of the words may become.
 *
 * @param words after `cohort ctl`; the last one is being typed and may be empty
 */
export async function completions(
  commands: readonly CtlCommand[],
  words: readonly string[],
  ask: AskNames,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const { command, group, args, option } = position(commands, words.slice(0, -1));
  const fitting = (all: readonly string[]): string[] =>
    [...new Set(all)].filter((one) => one.startsWith(typed)).sort();
  if (option !== undefined) {
    if (option.choices !== undefined) return fitting(option.choices);
    return option.of === undefined ? [] : fitting(await names(option.of, typed, ask));
  }
  if (typed.startsWith('-')) return fitting(flagsOf([...(command?.options ?? []), ...GLOBAL]));
  if (command === undefined) {
    const next = commands.flatMap(({ words: all }) => {
      const [first = '', second] = all.split(' ');
      if (group === undefined) return [first];
      return first === group && second !== undefined ? [second] : [];
    });
    return fitting(group === undefined ? [...next, 'completion', 'help'] : next);
  }
  const expected = command.args ?? [];
  const argument = expected[args.length] ?? (expected.at(-1)?.isList === true ? expected.at(-1) : undefined);
  return argument?.of === undefined ? [] : fitting(await names(argument.of, typed, ask));
}

interface Position {
  readonly command: CtlCommand | undefined;
  /** The first word, where it is a group's. */
  readonly group: string | undefined;
  readonly args: readonly string[];
  /** Whose value is being typed. */
  readonly option: Option | undefined;
}

/** Where in a command line the next word stands. */
function position(commands: readonly CtlCommand[], words: readonly string[]): Position {
  let command: CtlCommand | undefined;
  let group: string | undefined;
  const args: string[] = [];
  let option: Option | undefined;
  for (const word of words) {
    if (option !== undefined) {
      option = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const known = [...(command?.options ?? []), ...GLOBAL].find((one) => flagsOf([one]).includes(word));
      if (known !== undefined && known.flags.includes('<') && !word.includes('=')) option = known;
      continue;
    }
    if (command !== undefined) args.push(word);
    else if (group === undefined && commands.some(({ words: all }) => all === word)) {
      command = commands.find(({ words: all }) => all === word);
    } else if (group === undefined) group = word;
    else command = commands.find((one) => isNamed(one, group!, word));
  }
  return { command, group, args, option };
}

function isNamed({ words, aliases = [] }: CtlCommand, group: string, verb: string): boolean {
  const [first, second = ''] = words.split(' ');
  return first === group && [second, ...aliases].includes(verb);
}

function flagsOf(options: readonly Option[]): string[] {
  return options.flatMap(({ flags }) => flags.match(/--?[a-z][a-z-]*/g) ?? []);
}

async function names(thing: Thing, typed: string, ask: AskNames): Promise<string[]> {
  const [path, member, name] = SOURCES[thing];
  if (thing === 'setting') {
    if (typed.includes('=')) return [];
    return Object.keys(await ask(path, {}))
      .filter((key) => key !== 'listeners')
      .map((key) => `${key}=`);
  }
  const answer = await ask(path, SEARCHED.includes(thing) ? { prefix: typed } : {});
  return (answer[member] as Record<string, string>[]).map((one) => one[name] ?? '');
}

/** For `source <(cohort ctl completion bash)`. The words come from `cohort ctl complete`. */
export function completionScript(shell: Shell): string {
  return shell === 'bash' ? BASH : ZSH;
}

const BASH = `# bash completion for cohort ctl
_cohort_ctl() {
  local line=("\${COMP_WORDS[@]:0:COMP_CWORD+1}")
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ctl -- "\${line[1]}"))
  elif [[ \${line[1]} == ctl ]]; then
    local IFS=$'\\n'
    COMPREPLY=($("\${line[0]}" ctl complete -- "\${line[@]:2}" 2>/dev/null))
    # A name=value goes on after the sign.
    [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
  fi
}
complete -o default -F _cohort_ctl cohort
`;

const ZSH = `#compdef cohort
# zsh completion for cohort ctl
_cohort_ctl() {
  local -a found
  if ((CURRENT == 2)); then
    compadd ctl
  elif [[ \${words[2]} == ctl ]]; then
    found=("\${(@f)$("\${words[1]}" ctl complete -- "\${(@)words[3,CURRENT]}" 2>/dev/null)}")
    found=(\${found:#})
    if ((\${#found})); then compadd -a found; else _files; fi
  fi
}
compdef _cohort_ctl cohort
`;

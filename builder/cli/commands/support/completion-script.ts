import type { Command, Option } from 'commander';

const shells = ['bash', 'zsh', 'fish'] as const;

/** A shell that a completion script can be made for. */
export type Shell = (typeof shells)[number];

/** True when `name` is one of the shells. */
export function isShell(name: string): name is Shell {
  return shells.some((shell) => shell === name);
}

interface CommandWords {
  /** Words that lead to the command: `base build`, or nothing for the program itself. */
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly CommandWords[];
  readonly flags: readonly FlagWords[];
}

interface FlagWords {
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Values to offer; empty for file names or free text. */
  readonly values: readonly string[];
}

/**
 * The completion script of a shell, made from the commands as they are declared.
 *
 * @param values - values to offer for a flag that takes one: `{ '--profile': ['pi3', ...] }`
 */
export function completionScript(
  shell: Shell,
  program: Command,
  values: Readonly<Record<string, readonly string[]>>,
): string {
  const words = wordsOf(program, '', values);
  if (shell === 'fish') return fishScript(words);
  const body = bashFunction(words);
  return shell === 'bash'
    ? `${body}\ncomplete -o default -F _dlimage dlimage`
    : `#compdef dlimage\nautoload -U +X bashcompinit && bashcompinit\n${body}\ncomplete -o default -F _dlimage dlimage`;
}

function wordsOf(
  command: Command,
  path: string,
  values: Readonly<Record<string, readonly string[]>>,
): CommandWords {
  return {
    path,
    description: command.description().split('\n')[0] ?? '',
    subcommands: command.commands.map((child) => wordsOf(child, `${path} ${child.name()}`.trim(), values)),
    flags: command.options.map((option) => flagOf(option, values)),
  };
}

function flagOf(option: Option, values: Readonly<Record<string, readonly string[]>>): FlagWords {
  const flag = option.long ?? option.flags;
  return {
    flag,
    description: option.description,
    takesValue: option.required || option.optional,
    values: option.argChoices ?? values[flag] ?? [],
  };
}

function allCommands(words: CommandWords): CommandWords[] {
  return [words, ...words.subcommands.flatMap(allCommands)];
}

function bashFunction(program: CommandWords): string {
  const commands = allCommands(program);
  const flagsWithValues = new Map(
    commands.flatMap(({ flags }) =>
      flags.filter(({ takesValue }) => takesValue).map((flag) => [flag.flag, flag]),
    ),
  );
  const valueCases = [...flagsWithValues.values()].map(({ flag, values }) =>
    values.length === 0
      ? `    ${flag}) return ;;`
      : `    ${flag}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current")); return ;;`,
  );
  const wordCases = commands.map(({ path, subcommands, flags }) => {
    const names = subcommands.map((child) => child.path.split(' ').at(-1)).join(' ');
    const globalFlags = path === '' ? [] : program.flags.filter(({ flag }) => flag !== '--version');
    const allFlags = [...flags, ...globalFlags].map(({ flag }) => flag).join(' ');
    return `    '${path}') words='${names}'; [[ $current == -* ]] && words='${allFlags} --help' ;;`;
  });
  return `_dlimage() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' word
  case $previous in
${valueCases.join('\n')}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${commands
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      '${path.includes(' ') ? '' : ' '}${path}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  case $path in
${wordCases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}`;
}

function fishScript(program: CommandWords): string {
  const lines = allCommands(program).flatMap(({ path, subcommands, flags }) => {
    const seen = path
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => `__fish_seen_subcommand_from ${word}`);
    const here = [
      ...seen,
      ...(subcommands.length === 0
        ? []
        : [
            `not __fish_seen_subcommand_from ${subcommands.map((child) => child.path.split(' ').at(-1)).join(' ')}`,
          ]),
    ];
    const condition = here.length === 0 ? '' : ` -n ${quote(here.join('; and '))}`;
    const flagCondition = seen.length === 0 ? '' : ` -n ${quote(seen.join('; and '))}`;
    return [
      ...subcommands.map(
        (child) =>
          `complete -c dlimage${condition} -f -a ${child.path.split(' ').at(-1)} -d ${quote(child.description)}`,
      ),
      ...flags.map(({ flag, description, takesValue, values }) => {
        const argument = takesValue
          ? values.length === 0
            ? ' -r'
            : ` -x -a ${quote(values.join(' '))}`
          : '';
        return `complete -c dlimage${flagCondition} -l ${flag.replace(/^--/, '')}${argument} -d ${quote(description)}`;
      }),
    ];
  });
  return lines.join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

import type { Position, SourceText } from '../../report/diagnostic.ts';
import type { DefinitionPath } from './definition-path.ts';
import { quoteWord } from '../../report/quote-word.ts';

/** Flags that take the place of something in `cluster.yaml`, or choose from it, by their names and as typed. */
export interface TypedFlags {
  readonly profile?: string;
  readonly count?: string;
  readonly base?: string;
  readonly baseImage?: string;
  readonly sha256?: string;
  readonly name?: string;
  readonly subnet?: string;
  /** An address, or `none` for a cluster without a virtual IP. */
  readonly vip?: string;
  /** An address. */
  readonly gateway?: string;
  /** Addresses of name servers. */
  readonly dns?: readonly string[];
  readonly timezone?: string;
  /** Login name of the only user. */
  readonly user?: string;
  /** Public keys or paths to `.pub` files. */
  readonly sshKey?: readonly string[];
  /** Names of the nodes to build; all when absent. */
  readonly node?: readonly string[];
  /** Names of nodes that are meant to be gone since the last build. */
  readonly removeNode?: readonly string[];
  /** Nodes whose keys are worth nothing from now on. */
  readonly revoke?: readonly string[];
  /** Topics in which the cluster is meant to be another than that of the last build. */
  readonly change?: readonly string[];
}

/** They, with the line they were typed on. */
export interface DefinitionFlags extends TypedFlags {
  /** Everything typed after `dlimage`, to show findings about a flag. */
  readonly argv: readonly string[];
}

/** One value that a flag sets: where it belongs in the definition, and where it stands on the command line. */
export interface FlagValue {
  readonly path: DefinitionPath;
  readonly value: unknown;
  readonly flag: string;
  readonly text: string;
  readonly at: Position | undefined;
}

/** The command line as a source of its own, and the values it sets. */
export interface CommandLine {
  readonly source: SourceText;
  readonly values: readonly FlagValue[];
  /** The `--node` selection with the place of each name. */
  readonly selection: readonly FlagValue[];
  /** The nodes of `--remove-node`. */
  readonly removals: readonly FlagValue[];
  /** The nodes of `--revoke`. */
  readonly revocations: readonly FlagValue[];
  /** The topics of `--change`. */
  readonly changes: readonly FlagValue[];
}

/** Name under which positions on the command line are reported. */
export const commandLineFile = 'command line';

/** Reads the flags into values for the definition. Nothing is judged here: a count stays text if it is no number. */
export function parseFlags(flags: DefinitionFlags): CommandLine {
  const words = ['dlimage', ...flags.argv].map(quoteWord);
  const source = { file: commandLineFile, text: words.join(' ') };
  const make = (path: DefinitionPath, flag: string, text: string | undefined, value: unknown, nth = -1) =>
    text === undefined ? [] : [{ path, flag, text, value, at: locateFlag(words, flag, nth) }];
  const makeAll = (flag: string, texts: readonly string[] = []) =>
    texts.flatMap((text, n) => make([], flag, text, text, n));
  const { count, vip } = flags;
  return {
    source,
    values: [
      ...make(['profile'], '--profile', flags.profile, flags.profile),
      ...make(['count'], '--count', count, /^-?\d+$/.test(count ?? '') ? Number(count) : count),
      ...make(['base'], '--base', flags.base, flags.base),
      ...make(['base_image'], '--base-image', flags.baseImage, flags.baseImage),
      ...make(['base_sha256'], '--sha256', flags.sha256, flags.sha256),
      ...make(['name'], '--name', flags.name, flags.name),
      ...make(['network', 'subnet'], '--subnet', flags.subnet, flags.subnet),
      ...make(['network', 'gateway'], '--gateway', flags.gateway, flags.gateway),
      ...(flags.dns ?? []).flatMap((server, n) => make(['network', 'dns', n], '--dns', server, server, n)),
      ...make(['timezone'], '--timezone', flags.timezone, flags.timezone),
      // The whole list, and the place of the name.
      ...make(['users', 0], '--user', flags.user, { name: flags.user }),
      ...make(['users', 0, 'name'], '--user', flags.user, flags.user),
      ...make(['vip'], '--vip', vip, vip === 'none' || vip === 'false' ? false : vip),
      ...(flags.sshKey ?? []).flatMap((key, n) =>
        make(['ssh', 'authorized_keys', n], '--ssh-key', key, key, n),
      ),
    ],
    selection: makeAll('--node', flags.node),
    removals: makeAll('--remove-node', flags.removeNode),
    revocations: makeAll('--revoke', flags.revoke),
    changes: makeAll('--change', flags.change),
  };
}

/** Finds the value of the nth occurrence of a flag (-1: the last), written `--flag value` or `--flag=value`. */
function locateFlag(words: readonly string[], flag: string, nth: number): Position | undefined {
  const places: Position[] = [];
  let column = 1;
  words.forEach((word, index) => {
    const previous = words[index - 1];
    const inline = word.startsWith(`${flag}=`) ? flag.length + 1 : 0;
    if (inline > 0 || (previous === flag && index > 0)) {
      const length = Math.max(1, word.length - inline);
      places.push({ file: commandLineFile, line: 1, column: column + inline, length });
    }
    column += word.length + 1;
  });
  return places.at(nth);
}

/** A flag with its value, as a shell takes them. */
export function flagWords({ flag, text }: FlagValue): string {
  return `${flag} ${quoteWord(text)}`;
}

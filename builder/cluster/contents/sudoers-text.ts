import { linesOf, type ContentProblem, type TextLine } from './content-problem.ts';
import { scanLine, type LineScanner } from './line-scanner.ts';
import { readCommand, readCommands, readHost, readList, readPerson, type Wanted } from './sudoers-command.ts';
import { sudoersDefaults } from './sudoers-defaults.ts';

/** A user of a rule that asks for a password, where it stands. */
export interface PasswordAsked {
  /** As written: `ada`, `%sudo`, `ALL`. */
  readonly user: string;
  readonly offset: number;
}

/** Parses a file of `/etc/sudoers.d` as sudo does. */
export interface SudoersText {
  readonly problems: readonly ContentProblem[];
  readonly passwordAsked: readonly PasswordAsked[];
  /** Some `Defaults` take the password away. */
  readonly neverAsks: boolean;
}

const hint = 'write it like ada ALL=(ALL) NOPASSWD: /usr/bin/apt; visudo -cf FILE tells more';

/** Reads a file of sudo's rules. Source: sudoers(5) and the grammar of sudo 1.9 */
export function parseSudoers(text: string): SudoersText {
  const problems: ContentProblem[] = [];
  const passwordAsked: PasswordAsked[] = [];
  for (const line of linesOf(text, true)) {
    const scanner = scanLine(line.text);
    const wanted = readLine(scanner, line, passwordAsked);
    const rest = scanner.take(/(?!#(?!-?\d)).+/y);
    if (wanted === null && rest === undefined) continue;
    const offset = scanner.offset() - (rest?.length ?? 0);
    const isEnd = rest === undefined;
    const message = `sudo cannot read this: expected ${wanted ?? 'the end of the line'}`;
    problems.push({
      offset: line.offset + (isEnd ? Math.max(0, line.text.trimEnd().length - 1) : offset),
      length: Math.max(1, rest?.trimEnd().length ?? 1),
      message,
      hint,
    });
  }
  return {
    problems,
    passwordAsked,
    neverAsks: /^[ \t]*Defaults[ \t](.*,)?[ \t]*![ \t]*authenticate\b/m.test(text),
  };
}

function readLine(scanner: LineScanner, line: TextLine, asked: PasswordAsked[]): Wanted {
  if (scanner.take(/(?:#(?!-?\d)|$)/y) !== undefined) return readInclude(scanner, line.text);
  if (scanner.take(/@include(?:dir)?(?=\s|$)/y) !== undefined) return readPath(scanner);
  const kind = scanner.take(/(?:User|Runas|Host|Cmnd|Cmd)_Alias(?=\s)/y);
  if (kind !== undefined) return readAliases(scanner, kind);
  const defaults = scanner.take(/Defaults(?:[@:>!](?=\s*!*\s*["%+\w/])|(?=\s|$))/y);
  if (defaults !== undefined) return readDefaults(scanner, defaults.slice('Defaults'.length));
  return readRule(scanner, line, asked);
}

/** `#include` is one, however much it looks like a comment. */
function readInclude(scanner: LineScanner, text: string): Wanted {
  const isInclude = /^\s*#include(?:dir)?\s/.test(text);
  scanner.take(/.*/y);
  return isInclude && /^\s*#include(?:dir)?\s*$/.test(text) ? 'a path' : null;
}

function readPath(scanner: LineScanner): Wanted {
  return scanner.take(/(?:"[^"\n]+"|(?:\\.|[^\s\\"])+)/y) === undefined ? 'a path' : null;
}

function readAliases(scanner: LineScanner, kind: string): Wanted {
  const items = { U: readPerson, R: readPerson, H: readHost, C: readCommand } as const;
  const item = items[kind[0] as keyof typeof items];
  do {
    if (scanner.take(/(?!ALL\b)[A-Z][A-Z0-9_]*(?=\s*=)/y) === undefined)
      return 'a name in capital letters and =';
    scanner.take(/=/y);
    const wanted = readList(scanner, (one) => item(one));
    if (wanted !== null) return wanted;
  } while (scanner.take(/:/y) !== undefined);
  return null;
}

/** `scope` tells what stands behind it: a host, a user, a program, or nothing. */
function readDefaults(scanner: LineScanner, scope: string): Wanted {
  if (scope !== '') {
    const item = scope === '@' ? readHost : scope === '!' ? readCommandName : readPerson;
    const wanted = readList(scanner, (one) => item(one));
    if (wanted !== null) return wanted;
  }
  do {
    const isSwitchedOff = scanner.take(/!+/y) !== undefined;
    const name = scanner.take(/[a-z_0-9]+(?=[\s=+\-,#]|$)/y);
    if (name === undefined || !sudoersDefaults.has(name)) {
      scanner.putBack();
      return 'a setting of sudoers(5)';
    }
    if (isSwitchedOff || scanner.take(/[+-]?=/y) === undefined) continue;
    const value = /(?:"(?:[^"\\\n]|\\.)*"|(?:[^#!=,\s\\"]|\\.)(?:[^#=,\s\\"]|\\.)*)/y;
    if (scanner.take(value) === undefined) return 'a value';
  } while (scanner.take(/,/y) !== undefined);
  return null;
}

/** Without arguments: they would be the settings. */
function readCommandName(scanner: LineScanner): Wanted {
  return scanner.take(/(?:\/(?:\\.|[^\s,\\#=:])+|[A-Z][A-Z0-9_]*)/y) === undefined
    ? 'the whole path of a program, or an alias'
    : null;
}

/** `users hosts = commands : hosts = commands`. */
function readRule(scanner: LineScanner, { offset }: TextLine, asked: PasswordAsked[]): Wanted {
  const people: PasswordAsked[] = [];
  const wanted = readList(scanner, (one) => {
    const at = offset + one.offset();
    return readPerson(one, (user) => people.push({ user, offset: at }));
  });
  if (wanted !== null) return wanted;
  let asks = false;
  do {
    const problem = readList(scanner, readHost);
    if (problem !== null) return problem;
    if (scanner.take(/=/y) === undefined) return '= between the host and the command';
    const unread = readCommands(scanner, () => (asks = true));
    if (unread !== null) return unread;
  } while (scanner.take(/:/y) !== undefined);
  if (asks) asked.push(...people);
  return null;
}

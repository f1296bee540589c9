import type { LineScanner } from './line-scanner.ts';

/** The expected next part, in words; null when a part was read to its end. */
export type Wanted = string | null;

const word = String.raw`(?:[^#>!=:,()\s\\"]|\\[^\t\n])+`;
const quoted = String.raw`"(?:[^"\\\n]|\\.)+"`;
/** A user, `%group`, `#uid`, `%#gid`, `+netgroup` or alias. */
const person = new RegExp(String.raw`%?#-?\d+|%?:?${quoted}|[%+]?:?${word}`, 'y');
const alias = /[A-Z][A-Z0-9_]*(?![^\s,:#])/y;
const digest =
  /sha(?:224\s*:\s*(?:[0-9A-Fa-f]{56}|[\w+/]{38}={0,2})|256\s*:\s*(?:[0-9A-Fa-f]{64}|[\w+/]{43}=?)|384\s*:\s*(?:[0-9A-Fa-f]{96}|[\w+/]{64})|512\s*:\s*(?:[0-9A-Fa-f]{128}|[\w+/]{86}={0,2}))(?=[\s,])/y;
const option = new RegExp(
  String.raw`(?:CWD|CHROOT|ROLE|TYPE|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE)\s*=\s*(?:${quoted}|${word})`,
  'y',
);
const tag = /(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)(?=\s*:)/y;
/** Source: lexer of sudo 1.9, `PATH` and the state behind a command */
const program = /(?:\/(?:\\[,:= \t#]|[^,:=\\\s#])+|\^[^#\r\n]*\$|sudoedit(?=[\s,:#]|$)|list(?=[\s,:#]|$))/y;
const argument = /(?:\\[^\n]|[^\s\\,:#])+/y;

/** Reads `item, !item`. */
export function readList(scanner: LineScanner, item: (scanner: LineScanner) => Wanted): Wanted {
  do {
    while (scanner.take(/!/y) !== undefined);
    const wanted = item(scanner);
    if (wanted !== null) return wanted;
  } while (scanner.take(/,/y) !== undefined);
  return null;
}

/** Reads a user as sudo knows them, and tells `found`. */
export function readPerson(scanner: LineScanner, found: (name: string) => void = () => {}): Wanted {
  const name = scanner.take(person);
  if (name === undefined) return 'a user, %group or alias';
  found(name);
  return null;
}

/** Reads the name of a machine, an address or a network. */
export function readHost(scanner: LineScanner): Wanted {
  const address = /(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:\/[0-9A-Fa-f:]+)?(?=[\s=,:])/y;
  const name = new RegExp(String.raw`\+?${word}`, 'y');
  return scanner.take(address) === undefined && scanner.take(name) === undefined ? 'a host, or ALL' : null;
}

/** Reads a program with its arguments, `ALL`, or an alias. */
export function readCommand(scanner: LineScanner): Wanted {
  while (scanner.take(digest) !== undefined) scanner.take(/,/y);
  while (scanner.take(/!/y) !== undefined);
  if (scanner.take(alias) !== undefined) return null;
  if (scanner.take(program) === undefined) return 'the whole path of a program, or ALL';
  while (scanner.take(argument) !== undefined);
  return null;
}

/** Reads the commands behind `=`. `asking` hears of one that is allowed with a password only. */
export function readCommands(scanner: LineScanner, asking: () => void): Wanted {
  let asksPassword = true;
  do {
    const wanted = readRunas(scanner);
    if (wanted !== null) return wanted;
    while (scanner.take(option) !== undefined);
    for (let found = scanner.take(tag); found !== undefined; found = scanner.take(tag)) {
      if (found.endsWith('PASSWD')) asksPassword = found === 'PASSWD';
      scanner.take(/:/y);
    }
    const isForbidden = scanner.take(/!(?!\s*!)/y) !== undefined;
    const problem = readCommand(scanner);
    if (problem !== null) return problem;
    if (asksPassword && !isForbidden) asking();
  } while (scanner.take(/,/y) !== undefined);
  return null;
}

/** Reads `(user:group)`, which may be missing. */
function readRunas(scanner: LineScanner): Wanted {
  if (scanner.take(/\(/y) === undefined) return null;
  const isEnd = (): boolean => scanner.take(/\)/y) !== undefined;
  if (isEnd()) return null;
  if (scanner.take(/:/y) === undefined) {
    const wanted = readList(scanner, readPerson);
    if (wanted !== null) return wanted;
    if (isEnd()) return null;
    if (scanner.take(/:/y) === undefined) return ': or ) behind the user that the command is run as';
  }
  return readList(scanner, readPerson) ?? (isEnd() ? null : ')');
}

/** Why sshd would pass over a key for the options in front of it. */
export type SshOptionProblem = 'option-unclosed' | 'option-unknown' | 'option-without-value' | 'option-twice';

/** Options that are a word. Source: OpenSSH, auth-options.c, sshauthopt_parse(). */
const words =
  /^(?:restrict|cert-authority|(?:no-)?(?:port-forwarding|agent-forwarding|x11-forwarding|pty|user-rc|touch-required|verify-required))$/i;

/** Options that have a value in double quotes. */
const valued = /^(?:command|environment|expiry-time|from|permitlisten|permitopen|principals|tunnel)$/i;

/** Those that a key has once. */
const once: ReadonlySet<string> = new Set(['command', 'from', 'principals']);

/** The line from its key on, without the options in front, or what is wrong with them. */
export function skipOptions(line: string): { readonly rest: string } | SshOptionProblem {
  const { options, end } = readOptions(line);
  if (end === undefined) return 'option-unclosed';
  const seen = new Set<string>();
  for (const option of options) {
    const problem = judge(option, seen);
    if (problem !== undefined) return problem;
  }
  return { rest: line.slice(end).trimStart() };
}

function judge(option: string, seen: Set<string>): SshOptionProblem | undefined {
  const [, written = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(option) ?? [];
  const name = written.toLowerCase();
  if (valued.test(name)) {
    if (value === undefined || !/^"(?:[^"\\]|\\.)*"$/s.test(value)) return 'option-without-value';
  } else if (value !== undefined || !words.test(name)) {
    return 'option-unknown';
  }
  if (once.has(name) && seen.has(name)) return 'option-twice';
  seen.add(name);
  return undefined;
}

/** The options up to the first blank outside of quotes, where they end. A quote behind a backslash neither opens nor closes. */
function readOptions(line: string): { options: string[]; end: number | undefined } {
  const options: string[] = [];
  let [begin, isQuoted] = [0, false];
  for (let index = 0; index <= line.length; index += 1) {
    const character = line[index];
    if (character === '\\' && line[index + 1] === '"') index += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === undefined || (!isQuoted && /[, \t]/.test(character))) {
      options.push(line.slice(begin, index));
      begin = index + 1;
      if (character !== ',') return { options, end: isQuoted ? undefined : index };
    }
  }
  return { options, end: undefined };
}

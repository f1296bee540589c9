import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { shown } from '../../report/shown.ts';
import { linesOf, problemOfLine, type ContentProblem, type TextLine } from './content-problem.ts';
import { sshdAlgorithms } from './sshd-algorithms.ts';
import { sshdKeywordNames, sshdKeywords } from './sshd-keywords.ts';

/** One line of sshd_config. */
export interface SshdSetting {
  /** In lower case. */
  readonly keyword: string;
  readonly values: readonly string[];
  /** For everybody, and not below a `Match`. */
  readonly isForAll: boolean;
  readonly line: TextLine;
}

/** A file of `/etc/ssh/sshd_config.d` as sshd reads it. */
export interface SshdText {
  readonly settings: readonly SshdSetting[];
  readonly problems: readonly ContentProblem[];
}

/** Reads a file of sshd's settings. Source: sshd_config(5) */
export function parseSshd(text: string): SshdText {
  const settings: SshdSetting[] = [];
  const problems: ContentProblem[] = [];
  let isForAll = true;
  for (const line of linesOf(text)) {
    if (/^\s*(#|$)/.test(line.text)) continue;
    const [, keyword = '', rest = ''] = /^\s*([^\s="]*)(?:\s*=\s*|\s+|$)(.*)$/.exec(line.text) ?? [];
    const values = splitValues(rest);
    const name = keyword.toLowerCase();
    const wrong =
      problems.length >= mostProblems
        ? undefined
        : values === undefined
          ? { message: 'a quote is not closed', hint: 'end the value with the same quote' }
          : name === 'match'
            ? wrongMatch(values)
            : wrongSetting(keyword, values, isForAll);
    if (wrong !== undefined)
      problems.push(problemOfLine(line, `sshd refuses this: ${wrong.message}`, wrong.hint));
    if (name === 'match') isForAll = values?.[0]?.toLowerCase() === 'all';
    else settings.push({ keyword: name, values: values ?? [], isForAll, line });
  }
  return { settings, problems };
}

/** Whoever wrote more did not mean it for sshd, and each is looked up. */
const mostProblems = 100;

interface Wrong {
  readonly message: string;
  readonly hint: string;
}

const reference = 'sshd_config(5) lists what there is';

function wrongSetting(keyword: string, values: readonly string[], isForAll: boolean): Wrong | undefined {
  const known = sshdKeywords.get(keyword.toLowerCase());
  if (known === undefined) {
    const hint = didYouMeanHint(keyword, sshdKeywordNames) ?? reference;
    return { message: `it has no setting ${shown(keyword)}`, hint };
  }
  const [first] = values;
  if (first === undefined || (known.takes === 'two' && values.length < 2))
    return {
      message: `${keyword} has ${first === undefined ? 'no' : 'only one'} value`,
      hint: `write ${known.wanted}`,
    };
  if (!known.value.test(first))
    return { message: `${keyword} cannot be ${shown(first)}`, hint: `write ${known.wanted}` };
  if (known.takes === 'one' && values.length > 1)
    return { message: `${keyword} takes one value`, hint: `write ${known.wanted}, and nothing behind it` };
  if (!isForAll && !known.inMatch)
    return { message: `${keyword} cannot stand below Match`, hint: 'move it above the first Match' };
  return wrongAlgorithm(keyword, first);
}

function wrongAlgorithm(keyword: string, value: string): Wrong | undefined {
  const known = sshdAlgorithms.get(keyword.toLowerCase());
  const unknown = value
    .replace(/^[-+^]/, '')
    .split(',')
    .find((name) => known !== undefined && !known.includes(name) && !/[*?]/.test(name));
  if (unknown === undefined) return undefined;
  return {
    message: `${keyword} cannot be ${shown(unknown)}`,
    hint: didYouMeanHint(unknown, known ?? []) ?? 'ssh -Q help lists what there is',
  };
}

const criteria = ['user', 'group', 'host', 'localaddress', 'localport', 'rdomain', 'address', 'version'];

function wrongMatch(values: readonly string[]): Wrong | undefined {
  const hint = 'write it like Match User ada, or Match all';
  const [first = '', ...others] = values;
  if (first.toLowerCase() === 'all' && others.length === 0) return undefined;
  if (values.length === 0) return { message: 'Match has nothing behind it', hint };
  const words = values.flatMap((value) => value.split('=', 2));
  for (let index = 0; index < words.length; index += 2) {
    const word = words[index] ?? '';
    if (word.toLowerCase() === 'invalid-user') {
      index -= 1;
      continue;
    }
    if (!criteria.includes(word.toLowerCase())) return { message: `Match knows no ${shown(word)}`, hint };
    if (words[index + 1] === undefined) return { message: `${word} of Match has no value`, hint };
  }
  return undefined;
}

/** Words as sshd splits them, up to a comment; undefined when a quote is open. */
function splitValues(rest: string): string[] | undefined {
  const values: string[] = [];
  let left = rest.trim();
  while (left !== '' && !left.startsWith('#')) {
    const word = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\.|[^\s"'\\]|\\$)+/.exec(left)?.[0];
    if (word === undefined) return undefined;
    values.push(word.replaceAll(/(["'])((?:\\.|[^\\])*?)\1/g, '$2'));
    left = left.slice(word.length).trimStart();
  }
  return values;
}

import { linesOf, problemOfLine, type ContentProblem, type TextLine } from './content-problem.ts';

const hint = 'write it like 0 3 * * * root /usr/local/bin/backup';

const fields = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 23, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { from: 0, to: 7, names: 'sun mon tue wed thu fri sat'.split(' ') },
] as const;

/** Faults of a file of `/etc/cron.d`: with one wrong line cron ignores the whole file. Source: crontab(5), cron(8) of Debian */
export function judgeCron(text: string): ContentProblem[] {
  const lines = linesOf(text);
  const last = lines.at(-1);
  const isOpen = last !== undefined && last.text !== '';
  const wrong = lines.flatMap((line) => judgeLine(line));
  if (!isOpen) return wrong;
  const message = 'cron refuses a file whose last line has no end';
  return [...wrong, problemOfLine(last, message, 'end the file with a line break')];
}

function judgeLine(line: TextLine): ContentProblem[] {
  const { text } = line;
  if (/^\s*(#|$)/.test(text) || /^\s*(?:"[^"]*"|'[^']*'|[^\s=]+)\s*=/.test(text)) return [];
  const refuse = (message: string): ContentProblem[] => [
    problemOfLine(line, `cron refuses this: ${message}`, hint),
  ];
  const words = text.trim().split(/[ \t]+/);
  if (words[0]?.startsWith('@') === true) {
    if (!/^@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.test(words[0]))
      return refuse(`it knows no ${words[0]}`);
    return words.length < 3 ? refuse('a user and a command stand behind the time') : [];
  }
  const place = fields.findIndex((field, index) => !isTime(words[index] ?? '', field));
  if (place >= 0) return refuse(`${words[place] ?? 'nothing'} cannot be the ${placeNames[place] ?? 'time'}`);
  if (words.length < 7) return refuse('a user and a command stand behind the time');
  const [user = ''] = words.slice(5);
  return /^[a-z_][\w.-]*\$?$/i.test(user) ? [] : refuse(`${user} stands where the user should be`);
}

const placeNames = ['minute', 'hour', 'day of the month', 'month', 'day of the week'];

function isTime(word: string, { from, to, names }: (typeof fields)[number]): boolean {
  return word.split(',').every((part) => {
    const [, first = '', second, step] =
      /^(\*|~|[a-z]+|\d+)(?:[-~]([a-z]+|\d+))?(?:\/(\d+))?$/i.exec(part) ?? [];
    const isWithin = (one: string) =>
      (/^\d+$/.test(one) && Number(one) >= from && Number(one) <= to) ||
      names.some((name) => name === one.toLowerCase());
    if (step !== undefined && Number(step) === 0) return false;
    if (first === '*') return second === undefined;
    return isWithin(first) && (second === undefined || isWithin(second));
  });
}

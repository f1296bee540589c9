/** One place in the source that makes an error for the user. */
export interface MessageSite {
  /** `host/image/open-image.ts:22` */
  readonly place: string;
  readonly kind: 'HostError' | 'UsageError';
  /** Ids that a text literal at the place names; none for a usage error, or where the id comes from elsewhere. */
  readonly ids: readonly string[];
  /** Matches the messages of this place; undefined where the message comes from elsewhere. */
  readonly message: RegExp | undefined;
}

/** Every place in a source file that makes a HostError or a UsageError. */
export function messageSites(file: string, source: string): MessageSite[] {
  return [...source.matchAll(/new (HostError|UsageError)\(/g)].map((match) => {
    const kind = match[1] as MessageSite['kind'];
    const args = splitArguments(source.slice(match.index + match[0].length));
    const [id, message] = kind === 'HostError' ? args : ['', args[0]];
    return {
      place: `${file}:${source.slice(0, match.index).split('\n').length}`,
      kind,
      ids: [...(id ?? '').matchAll(/'([a-z0-9-]+)'/g)].map((found) => found[1] ?? ''),
      message: message === undefined ? undefined : patternOf(message),
    };
  });
}

/** The first two arguments of a call, from the text behind its opening bracket. */
function splitArguments(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length && found.length < 2; at += 1) {
    const end = endOfNested(text, at);
    if (end !== undefined) at = end;
    else if (text[at] === ',' || text[at] === ')') {
      found.push(text.slice(from, at).trim());
      if (text[at] === ')') break;
      from = at + 1;
    }
  }
  return found.filter((argument) => argument !== '');
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Index of the last character of what begins at `start` and is one piece: a text, or brackets with all between. */
function endOfNested(text: string, start: number): number | undefined {
  const opener = text[start] ?? '';
  if (`'"\``.includes(opener) && opener !== '') {
    for (let at = start + 1; at < text.length; at += 1) {
      if (text[at] === '\\') at += 1;
      else if (text[at] === opener) return at;
      else if (opener === '`' && text.startsWith('${', at)) at = endOfNested(text, at + 1) ?? at;
    }
  }
  const closer = closing[opener];
  if (closer === undefined) return undefined;
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === closer) return at;
    at = endOfNested(text, at) ?? at;
  }
  return text.length - 1;
}

/** The pattern of a message that is written in place: anything may stand for a `${...}`. */
function patternOf(argument: string): RegExp | undefined {
  const quote = argument[0] ?? '';
  if (!`'"\``.includes(quote) || endOfNested(argument, 0) !== argument.length - 1) return undefined;
  const literal: string[] = [''];
  for (let at = 1; at < argument.length - 1; at += 1) {
    if (quote === '`' && argument.startsWith('${', at)) {
      at = endOfNested(argument, at + 1) ?? at;
      literal.push('');
    } else {
      if (argument[at] === '\\') at += 1;
      literal[literal.length - 1] += argument[at] ?? '';
    }
  }
  const escaped = literal.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join(String.raw`[\s\S]*`)}$`);
}

import type { SourceText } from './diagnostic.ts';
import { coverLogins } from './cover-logins.ts';

/**
 * The text with every secret in it covered by asterisks, one for each character, so that positions stay what they
 * are. Works on the text and not on the parsed tree: a file that cannot be parsed has secrets, too.
 */
export function redactSecrets(source: SourceText): SourceText {
  const text = secretPatterns.reduce((covered, pattern) => covered.replaceAll(pattern, cover), source.text);
  return { file: source.file, text: coverLogins(text) };
}

/** Each keeps its first group and covers the rest. */
const secretPatterns: readonly RegExp[] = [
  // A private key to its last line, or as far as there are lines that could belong to it.
  /(-----BEGIN )[A-Z0-9 ]*PRIVATE KEY-{5}(?:[\s\S]*?-----END [A-Z0-9 ]*PRIVATE KEY-{5}|(?:[^\S\n]*\n[^\S\n]*[\w+/=:, -]*)*)/g,
  /(PuTTY-User-Key-File-)[\s\S]*/g,
  // A password in a block mapping: to the end of the line, and the lines below that are indented deeper.
  /(^(?<indent>[^\S\n]*)(?:- +)?["']?(?:\w+_)?password["']?[^\S\n]*:[^\S\n]*)[^\s].*(?:\n\k<indent>[^\S\n]+(?!\w+:).*)*/gm,
  // Anywhere else, and for keys that only look like it: to the closing quote, comma or bracket.
  /((?:pass|word|psk|secret)[^\n:,}]{0,40}:[^\S\n]*)(?:"(?:[^"\\\n]|\\.)*"?|'(?:[^'\n]|'')*'?|[^,}\n]*)/gi,
];

function cover(whole: string, kept: string): string {
  return kept + whole.slice(kept.length).replaceAll(/[^\s]/g, '*');
}

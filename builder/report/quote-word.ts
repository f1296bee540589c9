/** A word as a shell takes it. */
export function quoteWord(word: string): string {
  const plain = word.replaceAll(/[\r\n\t]/g, ' ');
  return /^[\w@%+=:,./~-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", String.raw`'\''`)}'`;
}

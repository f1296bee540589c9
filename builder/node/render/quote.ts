/** Characters that JSON allows as they are, but YAML readers refuse or take for a line break. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

/** A value as YAML that every reader takes for exactly this value: JSON, which is YAML in flow style. */
export function quoteYaml(value: unknown): string {
  return quoteJson(value).replaceAll(
    unprintable,
    (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A value as JSON on one line. */
export function quoteJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new Error('undefined has no form in JSON');
  return text;
}

/**
 * A value as one word of a shell, which systemd's EnvironmentFile= and Python's shlex read in the same way. An apostrophe
 * stands between double quotes: `'\''` would leave quotes in the value, since systemd takes an escaped character for the
 * beginning of a value without any. Null is the empty word, true and false are `yes` and `no`, a list is one word with
 * its items between spaces.
 *
 * Source: systemd src/basic/env-file.c; shown by test/contract/environment-file.test.ts
 */
export function quoteShell(value: unknown): string {
  return `'${wordOf(value).replaceAll("'", `'"'"'`)}'`;
}

function wordOf(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    const words = value.map(wordOf);
    const broken = words.find((word) => /\s/.test(word) || word === '');
    if (broken !== undefined) throw new Error(`"${broken}" cannot be an item of a list of words`);
    return words.join(' ');
  }
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Error(`${typeof value} has no form in a shell`);
  const word = String(value);
  // oxlint-disable-next-line no-control-regex -- these are the very characters that must not get through
  if (/[\u0000-\u001f\u007f]/.test(word)) throw new Error('a control character in a value of the shell');
  return word;
}

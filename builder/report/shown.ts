const longestShown = 60;

/** A value of the user's inside a message: control characters escaped, long text cut, so that it can do no harm to a terminal. */
export function shown(value: unknown): string {
  if (typeof value !== 'string') return cut(JSON.stringify(value) ?? String(value));
  const plain = /^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(value);
  return cut(plain ? value : JSON.stringify(value));
}

/** `a, b and c`. */
export function listed(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function cut(text: string): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown - 1)}…`;
}

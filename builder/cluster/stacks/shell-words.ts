/** True when a text ends inside quotes, or behind a backslash, where a shell would read on. Source: google/shlex, which Docker uses. */
export function hasOpenQuote(text: string): boolean {
  let quote = '';
  let inWord = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\' && quote !== "'") {
      if (index === text.length - 1) return true;
      index += 1;
      inWord = true;
    } else if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '#' && !inWord) {
      // A comment to the end of its line.
      const end = text.indexOf('\n', index);
      index = end < 0 ? text.length : end;
    } else {
      if (character === '"' || character === "'") quote = character;
      inWord = !/\s/.test(character);
    }
  }
  return quote !== '';
}

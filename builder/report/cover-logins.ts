/** Matches the part before the @ of a URL: a name and password, or a token. */
const login = /(:\/\/)[^\s/@'"]+(?=@)/g;

/** A text with the logins of all its URLs covered by asterisks, one for each character: it goes to screens and logs. */
export function coverLogins(text: string): string {
  return text.replaceAll(login, (whole, start: string) => start + '*'.repeat(whole.length - start.length));
}

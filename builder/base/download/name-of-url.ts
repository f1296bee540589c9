import { isPlainFileName } from '../../image/plain-file-name.ts';

/** Last part of a URL's path, for messages and file names. */
export function nameOfUrl(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const last = path.replace(/\/+$/, '').replace(/^.*\//s, '');
  try {
    const decoded = decodeURIComponent(last);
    return isPlainFileName(decoded) ? decoded : 'image';
  } catch {
    // A percent sign that begins no character.
    return isPlainFileName(last) ? last : 'image';
  }
}

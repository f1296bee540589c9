import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Directory of the cache: `--cache`, or `dlimage` in the user's cache. Source: XDG Base Directory Specification 0.8. */
export function cacheDirectory(cache: string | undefined): string {
  if (cache !== undefined) return resolve(cache);
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg.startsWith('/') ? xdg : join(homedir(), '.cache'), 'dlimage');
}

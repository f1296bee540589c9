import { relative, resolve } from 'node:path';

/** A path as the user would type it: relative where that is shorter. */
export function shownPath(path: string): string {
  const short = relative('.', resolve(path));
  return short !== '' && short.length < path.length && !short.startsWith('../..') ? short : path;
}

import type { Entry } from './entry.ts';
import { nameLimitBytes } from './debugfs-script.ts';
import { partsOf } from './image-path.ts';

/** Names that FAT keeps, of at most 255 UTF-16 units. Source: Microsoft FAT specification, section 7. */
const forbiddenOnFat = /["*:<>?|\\]/;
/** A symbolic link's target must fit into one block of at least 1 KiB with its end mark. */
const targetLimitBytes = 1023;
/** Longest path that a program can name. Source: Linux include/uapi/linux/limits.h, PATH_MAX, with its end mark. */
const pathLimitBytes = 4095;

/** Why an entry cannot be written whatever the base is; null when it can. */
export function nameProblem(entry: Entry): string | null {
  if (partsOf(entry.path).length === 0 && entry.kind !== 'directory') return 'is the top directory';
  const problem = pathProblem(entry.path, entry.partition);
  if (problem !== null || entry.kind !== 'symlink') return problem;
  return entry.partition === 'boot' ? 'is a link, and FAT has none' : targetProblem(entry.target);
}

/** Why nothing can be written to a path, whatever it is; null when it can. */
export function pathProblem(path: string, partition: Entry['partition']): string | null {
  if (!path.startsWith('/') || partsOf(path).includes('..')) return 'is not an absolute path';
  if (hasControlCharacter(path)) return 'contains a line break or another control character';
  if (hasLoneSurrogate(path)) return 'contains half a character';
  if (Buffer.byteLength(path) > pathLimitBytes) return `is longer than ${pathLimitBytes} bytes`;
  const problems = partsOf(path).map((name) =>
    partition === 'root' ? extNameProblem(name) : fatNameProblem(name),
  );
  return problems.find((found) => found !== null) ?? null;
}

function extNameProblem(name: string): string | null {
  if (name.includes('"')) return 'contains a double quote, which debugfs cannot express';
  return Buffer.byteLength(name) > nameLimitBytes ? `has a name longer than ${nameLimitBytes} bytes` : null;
}

function fatNameProblem(name: string): string | null {
  const found = forbiddenOnFat.exec(name)?.[0];
  if (found !== undefined) return `contains ${found}, which FAT does not allow in a name`;
  if (/[. ]$/.test(name)) return 'has a name that ends in a dot or a space, which FAT drops';
  return name.length > 255 ? 'has a name longer than 255 characters' : null;
}

/** Why a link cannot lead to this target; null when it can. */
export function targetProblem(target: string): string | null {
  if (target === '') return 'is a link to nothing';
  if (target.includes('"') || hasControlCharacter(target)) {
    return 'is a link whose target contains a double quote or a control character, which debugfs cannot express';
  }
  return Buffer.byteLength(target) > targetLimitBytes
    ? `is a link whose target is longer than ${targetLimitBytes} bytes`
    : null;
}

/** Half of a pair, which a `\\u` escape of YAML can write, but no file name can hold. */
function hasLoneSurrogate(text: string): boolean {
  return /\p{Cs}/u.test(text);
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

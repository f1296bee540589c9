import type { Entry } from '../plan/entry.ts';
import { nameLimitBytes } from './debugfs-script.ts';
import { partsOf } from './image-path.ts';

/** Names that FAT keeps, of at most 255 UTF-16 units. Source: Microsoft FAT specification, section 7. */
const forbiddenOnFat = /["*:<>?|\\]/;
/** A symbolic link's target must fit into one block of at least 1 KiB with its end mark. */
const targetLimitBytes = 1023;

/** Why an entry cannot be written whatever the base is; null when it can. */
export function nameProblem(entry: Entry): string | null {
  if (!entry.path.startsWith('/') || partsOf(entry.path).includes('..')) return 'is not an absolute path';
  if (partsOf(entry.path).length === 0 && entry.kind !== 'directory') return 'is the top directory';
  if (hasControlCharacter(entry.path)) return 'contains a line break or another control character';
  const problems = partsOf(entry.path).map((name) =>
    entry.partition === 'root' ? extNameProblem(name) : fatNameProblem(name),
  );
  const problem = problems.find((found) => found !== null);
  if (problem !== undefined) return problem;
  if (entry.kind !== 'symlink') return null;
  return entry.partition === 'boot' ? 'is a link, and FAT has none' : targetProblem(entry.target);
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

function targetProblem(target: string): string | null {
  if (target === '') return 'is a link to nothing';
  if (target.includes('"') || hasControlCharacter(target)) {
    return 'is a link whose target contains a double quote or a control character, which debugfs cannot express';
  }
  return Buffer.byteLength(target) > targetLimitBytes
    ? `is a link whose target is longer than ${targetLimitBytes} bytes`
    : null;
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** One command of a debugfs script, quoted. */
export type DebugfsCommand = string;

/** Longest name that ext4 stores, in bytes of UTF-8; debugfs writes a longer one and damages the directory. */
export const nameLimitBytes = 255;

/**
 * Quotes a word for debugfs. Its parser has no escape, so a quote or a line break cannot be written at all.
 * Source: e2fsprogs lib/ss/parse.c
 *
 * @throws Error for a word that cannot be expressed; the user's names are checked before, in `entry-rules.ts`.
 */
export function quoteForDebugfs(word: string): string {
  if (/["\n\r\0]/.test(word)) throw new Error(`debugfs cannot be told the word ${JSON.stringify(word)}`);
  return `"${word}"`;
}

/** One path to be written on the root filesystem, with every question answered. */
export type ExtChange =
  | { readonly action: 'remove'; readonly directory: string; readonly name: string }
  | { readonly action: 'make-directory'; readonly directory: string; readonly name: string }
  | {
      readonly action: 'make-link';
      readonly directory: string;
      readonly name: string;
      readonly target: string;
    }
  | {
      readonly action: 'write-file';
      readonly directory: string;
      readonly name: string;
      readonly hostPath: string;
    }
  | { readonly action: 'set'; readonly path: string; readonly inode: InodeFields };

/** The attributes of an inode. `mode` includes the type of the file. */
export interface InodeFields {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  /** A new inode gets all its times; an existing directory keeps all but the modification time. */
  readonly isNew: boolean;
  /** False for inodes of 128 bytes, which have neither a creation time nor times after 2038. */
  readonly hasExtraTimes: boolean;
}

/**
 * The commands that make the changes in their order. `write` takes a plain name and `mkdir /x` would be relative,
 * so every command that makes or removes a name is preceded by `cd`.
 */
export function renderDebugfsScript(changes: readonly ExtChange[]): string {
  const lines: DebugfsCommand[] = [];
  let current: string | null = null;
  for (const change of changes) {
    if (change.action !== 'set' && change.directory !== current) {
      current = change.directory;
      lines.push(`cd ${quoteForDebugfs(current)}`);
    }
    lines.push(...commandsOf(change));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function commandsOf(change: ExtChange): DebugfsCommand[] {
  if (change.action === 'set') return setFields(change.path, change.inode);
  const name = quoteForDebugfs(change.name);
  if (change.action === 'remove') return [`rm ${name}`];
  if (change.action === 'make-directory') return [`mkdir ${name}`];
  if (change.action === 'make-link') return [`symlink ${name} ${quoteForDebugfs(change.target)}`];
  return [`write ${quoteForDebugfs(change.hostPath)} ${name}`];
}

function setFields(path: string, inode: InodeFields): DebugfsCommand[] {
  const set = (field: string, value: string | number) => `sif ${quoteForDebugfs(path)} ${field} ${value}`;
  // ext4 keeps 34 bits of seconds: the low 32 as a signed number, the rest in the extra field.
  // Source: https://docs.kernel.org/filesystems/ext4/inodes.html#inode-timestamps
  const low = inode.mtimeSeconds | 0;
  const epoch = ((inode.mtimeSeconds - low) / 2 ** 32) & 3;
  const times = inode.isNew ? ['mtime', 'atime', 'ctime'] : ['mtime'];
  const extraTimes = inode.isNew ? [...times, 'crtime'] : times;
  return [
    set('mode', `0${inode.mode.toString(8)}`),
    set('uid', inode.uid),
    set('gid', inode.gid),
    ...(inode.hasExtraTimes ? extraTimes : times).map((time) => set(time, `@${inode.mtimeSeconds}`)),
    ...(inode.hasExtraTimes ? extraTimes.map((time) => set(`${time}_extra`, epoch)) : []),
  ];
}

/** One inode as debugfs `stat` prints it. */
export interface ExtInode {
  readonly inode: number;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly links: number;
  /** Space that it takes, in units of 512 bytes. */
  readonly sectors: number;
  readonly mtimeSeconds: number;
  /** Target of a short link, which lies in the inode; null for any other. */
  readonly shortTarget: string | null;
}

/**
 * Splits the output of a script into what each command printed. debugfs repeats every command after its prompt; the
 * bytes that a command prints may not end in a line break, so the prompt is looked for together with the command.
 */
export function splitByCommand(stdout: Buffer, commands: readonly string[]): Buffer[] {
  const starts: { start: number; end: number }[] = [];
  let position = 0;
  for (const command of commands) {
    const prompt = Buffer.from(`debugfs: ${command}\n`);
    const start = stdout.indexOf(prompt, position);
    if (start === -1) throw new Error(`debugfs did not run: ${command}`);
    position = start + prompt.length;
    starts.push({ start, end: position });
  }
  return starts.map(({ end }, index) => stdout.subarray(end, starts[index + 1]?.start ?? stdout.length));
}

/** Lines of stderr that report a failure: debugfs exits with 0 whatever happens. */
export function debugfsFailures(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !/^debugfs \d+\.\d+/.test(line));
}

const kinds: Readonly<Record<string, ExtInode['kind']>> = {
  regular: 'file',
  directory: 'directory',
  symlink: 'symlink',
};

/** Parses what `stat` printed; null when it printed nothing, since there is no such file. */
export function parseStat(output: string): ExtInode | null {
  const number = (pattern: RegExp, radix = 10) => Number.parseInt(pattern.exec(output)?.[1] ?? '', radix);
  const head = /^Inode: (\d+) +Type: ([\w ]+?) +Mode: +([0-7]+)/m.exec(output);
  if (head === null) return null;
  return {
    inode: Number(head[1]),
    kind: kinds[head[2] ?? ''] ?? 'other',
    mode: Number.parseInt(head[3] ?? '', 8) & 0o7777,
    uid: number(/^User: +(\d+)/m),
    gid: number(/^User: .*Group: +(\d+)/m),
    sizeBytes: number(/^User: .*Size: (\d+)/m),
    links: number(/^Links: (\d+)/m),
    sectors: number(/Blockcount: (\d+)/),
    mtimeSeconds: readTime(output),
    shortTarget: /^Fast link dest: "(.*)"$/ms.exec(output)?.[1] ?? null,
  };
}

/** `mtime: 0x2a05f200:00000001`: the low 32 bits, signed, and two more bits of seconds below the nanoseconds. */
function readTime(output: string): number {
  const match = /^ ?mtime: 0x([0-9a-f]+)(?::([0-9a-f]+))?/m.exec(output);
  const low = Number.parseInt(match?.[1] ?? '0', 16) | 0;
  return low + (Number.parseInt(match?.[2] ?? '0', 16) & 3) * 2 ** 32;
}

/** One line of `ls -p`. */
export interface ExtListing {
  readonly inode: number;
  readonly name: string;
}

/** Parses what `ls -p` printed, without `.` and `..`. */
export function parseListing(output: string): ExtListing[] {
  const entries: ExtListing[] = [];
  for (const match of output.matchAll(/^\/(\d+)\/[0-7]+\/\d+\/\d+\/([^/]+)\/\d*\/$/gm)) {
    const [, inode, name] = match;
    if (inode === undefined || name === undefined || name === '.' || name === '..') continue;
    entries.push({ inode: Number(inode), name });
  }
  return entries;
}

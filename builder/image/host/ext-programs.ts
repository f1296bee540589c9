import { mkdtemp, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import {
  debugfsFailures,
  parseListing,
  parseStat,
  splitByCommand,
  type ExtInode,
  type ExtListing,
} from '../debugfs-output.ts';
import { quoteForDebugfs } from '../debugfs-script.ts';
import type { ExtNode } from '../ext-tree.ts';
import { HostError } from '../../report/errors.ts';
import { runTool, type RunResult } from '../../system/host/run-tool.ts';

/** An ext filesystem inside an image file. */
export interface ExtVolume {
  readonly imagePath: string;
  readonly offsetBytes: number;
}

/** Reads what is at each path, links not followed; null where there is nothing. */
export async function statExt(
  volume: ExtVolume,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ExtNode | null>> {
  const outputs = await queryExt(
    volume,
    paths.map((path) => `stat ${quoteForDebugfs(path)}`),
  );
  const inodes = outputs.map((output) => parseStat(output.toString('utf8')));
  const targets = await readTargets(volume, inodes);
  return new Map(paths.map((path, index) => [path, nodeOf(inodes[index] ?? null, targets)]));
}

/** Reads what a directory holds, with everything about each file. `path` must be free of links. */
export async function listExt(
  volume: ExtVolume,
  path: string,
): Promise<readonly { readonly name: string; readonly node: ExtNode }[]> {
  const [output] = await queryExt(volume, [`ls -p ${quoteForDebugfs(path)}`]);
  const listing: ExtListing[] = parseListing((output ?? Buffer.alloc(0)).toString('utf8'));
  const stats = await queryExt(
    volume,
    listing.map(({ inode }) => `stat <${inode}>`),
  );
  const inodes = stats.map((stat) => parseStat(stat.toString('utf8')));
  const targets = await readTargets(volume, inodes);
  return listing.flatMap(({ name }, index) => {
    const node = nodeOf(inodes[index] ?? null, targets);
    return node === null ? [] : [{ name, node }];
  });
}

/** A file inside the filesystem. `path` must be free of links. */
export interface ExtFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** The bytes of files that fit into memory together, in the same order. */
export async function readExtFiles(volume: ExtVolume, files: readonly ExtFile[]): Promise<Buffer[]> {
  const outputs = await queryExt(
    volume,
    files.map(({ path }) => `cat ${quoteForDebugfs(path)}`),
  );
  return files.map(({ sizeBytes }, index) => {
    // debugfs gives 60 bytes for every file that is kept in its inode, however long it is.
    const bytes = Buffer.alloc(sizeBytes);
    outputs[index]?.copy(bytes);
    return bytes;
  });
}

/** Copies files out of the filesystem into files of the host, however large they are. */
export async function dumpExtFiles(
  volume: ExtVolume,
  files: readonly (ExtFile & { readonly hostPath: string })[],
): Promise<void> {
  await queryExt(
    volume,
    files.map(({ path, hostPath }) => `dump ${quoteForDebugfs(path)} ${quoteForDebugfs(hostPath)}`),
  );
  for (const { hostPath, sizeBytes } of files) await truncate(hostPath, sizeBytes);
}

/**
 * Runs a debugfs script that writes, and keeps what it overwrites in an undo file. `seconds` is the time that
 * debugfs takes for now, so that the same script always makes the same bytes.
 *
 * @throws HostError `ext-write-failed` with debugfs's own words; it exits with 0 whatever happens.
 */
export async function writeExt(
  volume: ExtVolume,
  script: string,
  options: { readonly undoPath: string; readonly seconds: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const step = 'write files into the root partition';
  const result = await runOn(volume, (device) => ({
    args: ['-w', '-f', '-', '-z', options.undoPath, device],
    step,
    input: script,
    env: { E2FSPROGS_FAKE_TIME: String(options.seconds) },
    signal: options.signal,
  }));
  const failures = debugfsFailures(result.stderr);
  if (failures.length === 0) return;
  const noSpace = failures.some((line) => /no free|could not allocate|no space/i.test(line));
  throw noSpace
    ? new HostError('image-no-space', 'the root partition of the base is full', {
        details: failures.slice(0, 15),
      })
    : new HostError('ext-write-failed', `cannot ${step}: debugfs reported errors`, {
        hint: 'check the base with e2fsck -fn; if it is clean, this is a bug in dlimage',
        details: failures.slice(0, 15),
      });
}

/** Runs commands that only read, and returns what each printed. A missing file is an empty answer. */
async function queryExt(volume: ExtVolume, commands: readonly string[]): Promise<Buffer[]> {
  if (commands.length === 0) return [];
  const step = 'read the root partition';
  const result = await runOn(volume, (device) => ({
    args: ['-f', '-', device],
    step,
    input: commands.map((command) => `${command}\n`).join(''),
  }));
  const failures = debugfsFailures(result.stderr).filter((line) => !isMissingFile(line));
  if (failures.length > 0) {
    throw new HostError('ext-read-failed', `cannot ${step}: debugfs reported errors`, {
      hint: 'check the image with e2fsck -fn',
      details: failures.slice(0, 15),
    });
  }
  return splitByCommand(Buffer.from(result.stdout), commands);
}

function isMissingFile(line: string): boolean {
  return /: (File not found by ext2_lookup|Ext2 inode is not a directory)\s*$/.test(line);
}

async function readTargets(
  volume: ExtVolume,
  inodes: readonly (ExtInode | null)[],
): Promise<Map<number, string>> {
  const targets = new Map<number, string>();
  const long: number[] = [];
  for (const inode of inodes) {
    if (inode?.kind !== 'symlink') continue;
    if (inode.shortTarget === null) long.push(inode.inode);
    else targets.set(inode.inode, inode.shortTarget);
  }
  const outputs = await queryExt(
    volume,
    long.map((inode) => `cat <${inode}>`),
  );
  for (const [index, output] of outputs.entries()) targets.set(long[index] ?? 0, output.toString('utf8'));
  return targets;
}

function nodeOf(inode: ExtInode | null, targets: ReadonlyMap<number, string>): ExtNode | null {
  return inode === null ? null : { ...inode, target: targets.get(inode.inode) ?? null };
}

interface DebugfsRun {
  readonly args: readonly string[];
  readonly step: string;
  readonly input: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** debugfs takes `file?offset=N`, and so has no way to name a file with a question mark: it gets a link to it. */
async function runOn(volume: ExtVolume, prepare: (device: string) => DebugfsRun): Promise<RunResult> {
  const run = async (path: string) => {
    const { args, ...options } = prepare(`./${basename(path)}?offset=${volume.offsetBytes}`);
    return runTool('debugfs', args, { ...options, cwd: dirname(path), timeoutSeconds: 3600 });
  };
  const path = resolve(volume.imagePath);
  if (!basename(path).includes('?')) return run(path);
  const directory = await mkdtemp(join(tmpdir(), 'dlimage-link-'));
  try {
    await symlink(path, join(directory, 'image'));
    return await run(join(directory, 'image'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

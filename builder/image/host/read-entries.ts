import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Entry, FileEntry } from '../entry.ts';
import { createExtTree, type ExtPlace } from '../ext-tree.ts';
import type { FatVolume } from '../fat-volume.ts';
import type { BaseImage } from './base.ts';
import { readFatVolume } from './volumes.ts';
import { dumpExtFiles, statExt } from './ext-programs.ts';
import { withImage } from './open-image.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';

/** FAT stores times in steps of two seconds, and none before 1980. */
const fatTimeStepSeconds = 2;
const fatEpochSeconds = 315_532_800;

/**
 * Reads entries back from a finished image and compares them with what was planned: kind, mode, owner, time, target
 * and content. Returns one line for each difference; none when the image holds exactly the entries. `layout` is the
 * image's own or its base's, which are the same; `directory` holds copies of the files meanwhile.
 */
export async function compareEntries(
  imagePath: string,
  layout: Pick<BaseImage, 'root' | 'boot'>,
  entries: readonly Entry[],
  directory: string,
): Promise<string[]> {
  const root = entries.filter((entry) => entry.partition === 'root');
  const boot = entries.filter((entry) => entry.partition === 'boot');
  const differences = await compareRoot({ imagePath, offsetBytes: layout.root.offsetBytes }, root, directory);
  const bootPartition = layout.boot;
  if (boot.length === 0) return differences;
  if (bootPartition === null) return [...differences, 'there is no boot partition'];
  return withImage(imagePath, async (image) => {
    const volume = await readFatVolume(image, bootPartition);
    for (const entry of boot) differences.push(...(await compareOnFat(volume, entry)));
    return differences;
  });
}

async function compareRoot(
  volume: { readonly imagePath: string; readonly offsetBytes: number },
  entries: readonly Entry[],
  directory: string,
): Promise<string[]> {
  const tree = createExtTree((paths) => statExt(volume, paths));
  const places = await tree.resolve(entries.map((entry) => entry.path));
  const differences = entries.flatMap((entry, index) => compareAttributes(entry, places[index]));
  const temporary = await makePrivateTemporary(directory);
  try {
    const files = entries.flatMap((entry, index) => {
      const place = places[index];
      if (entry.kind !== 'file' || place?.node?.kind !== 'file') return [];
      const { path, node } = place;
      return [{ entry, path, sizeBytes: node.sizeBytes, hostPath: join(temporary.path, String(index)) }];
    });
    await dumpExtFiles(volume, files);
    for (const { entry, hostPath } of files) {
      if (!(await isSame(createReadStream(hostPath), entry)))
        differences.push(`${entry.path}: content differs`);
    }
  } finally {
    await temporary.remove();
  }
  return differences;
}

function compareAttributes(entry: Entry, place: ExtPlace | undefined): string[] {
  const node = place?.node ?? null;
  if (node === null) return [`${entry.path}: missing`];
  if (node.kind !== entry.kind) return [`${entry.path}: is a ${node.kind}, not a ${entry.kind}`];
  const differences: string[] = [];
  const compare = (what: string, found: string | number | null, wanted: string | number) => {
    if (found !== wanted) differences.push(`${entry.path}: ${what} is ${found}, not ${wanted}`);
  };
  if (entry.kind !== 'symlink') compare('mode', node.mode.toString(8), entry.mode.toString(8));
  compare('uid', node.uid, entry.uid);
  compare('gid', node.gid, entry.gid);
  compare('mtime', node.mtimeSeconds, entry.mtimeSeconds);
  if (entry.kind === 'symlink') compare('target', node.target, entry.target);
  return differences;
}

async function compareOnFat(volume: FatVolume, entry: Entry): Promise<string[]> {
  const node = await volume.find(entry.path);
  if (node === null) return [`boot:${entry.path}: missing`];
  if (node.kind !== entry.kind) return [`boot:${entry.path}: is a ${node.kind}, not a ${entry.kind}`];
  if (node.kind === 'directory' || entry.kind !== 'file') return [];
  const differences: string[] = [];
  const seconds = Math.max(entry.mtimeSeconds, fatEpochSeconds);
  const stored = seconds - (seconds % fatTimeStepSeconds);
  if (node.entry.mtimeSeconds !== stored) {
    differences.push(`boot:${entry.path}: mtime is ${node.entry.mtimeSeconds}, not ${stored}`);
  }
  if (!(await isSame(volume.readFile(node), entry))) differences.push(`boot:${entry.path}: content differs`);
  return differences;
}

/** Compares digests, so that a file of any size needs little memory. */
async function isSame(found: AsyncIterable<Buffer>, { content }: FileEntry): Promise<boolean> {
  const wanted = content.from === 'bytes' ? [content.bytes] : createReadStream(content.hostPath);
  return (await sha256(found)) === (await sha256(wanted));
}

async function sha256(pieces: AsyncIterable<Buffer> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

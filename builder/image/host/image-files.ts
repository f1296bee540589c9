import { writeFile } from 'node:fs/promises';
import { createExtTree, type ExtNode } from '../ext-tree.ts';
import type { FatEntry } from '../fat-directory.ts';
import type { FatVolume } from '../fat-volume.ts';
import { comparePaths, nameOf } from '../image-path.ts';
import { isExt, isFat, type ImagePartition } from '../layout.ts';
import { describePartition } from '../base-rules.ts';
import { formatBytes } from '../../report/format-units.ts';
import { HostError } from '../../report/errors.ts';
import { readFatVolume } from './volumes.ts';
import { dumpExtFiles, listExt, readExtFiles, statExt } from './ext-programs.ts';
import type { OpenImage } from './open-image.ts';

/** A file of an image as it is listed. Mode and owner are null on FAT, which has none. */
export interface ImageFile {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes: number;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mtimeSeconds: number;
  /** Target of a symbolic link, else null. */
  readonly target: string | null;
}

/** Reads the files of one partition of an image, without root and without changing a byte. */
export interface ImageFiles {
  /** Looks a path up without following a link at its end; null when nothing is there. */
  stat(path: string): Promise<ImageFile | null>;
  /** Files of a directory in the order of their names; links on the way and at the end are followed. */
  list(path: string): Promise<readonly ImageFile[]>;
  /** The bytes of a file of at most 64 MiB; links are followed. */
  read(path: string): Promise<Buffer>;
  /** The bytes of many small files, in the order of their paths; links are followed. */
  readAll(paths: readonly string[]): Promise<readonly Buffer[]>;
  /** Copies a file of any size into a file of the host. */
  copyOut(path: string, hostPath: string): Promise<void>;
}

const readLimitBytes = 64 * 1024 * 1024;

/**
 * Opens one partition for reading.
 *
 * @throws HostError `image-filesystem-unknown` for anything but ext2, ext3, ext4 and FAT. The methods throw
 *   `image-path-missing`, `image-wrong-kind` and `image-file-too-large`.
 */
export async function openImageFiles(image: OpenImage, partition: ImagePartition): Promise<ImageFiles> {
  if (isExt(partition.filesystem.kind)) return extFiles(image, partition);
  if (isFat(partition.filesystem.kind)) return fatFiles(image, await readFatVolume(image, partition));
  throw new HostError(
    'image-filesystem-unknown',
    `${image.path} cannot be looked into: ${describePartition(partition)}`,
    { hint: 'dlimage reads ext2, ext3, ext4 and FAT' },
  );
}

function extFiles(image: OpenImage, partition: ImagePartition): ImageFiles {
  const volume = { imagePath: image.path, offsetBytes: partition.offsetBytes };
  const tree = createExtTree((paths) => statExt(volume, paths));
  const find = async (path: string, kind: 'file' | 'directory') => {
    const [place] = await tree.resolve([path], true);
    const found = place?.node ?? null;
    if (place === undefined || found === null) throw missing(image.path, path);
    if (found.kind !== kind) throw wrongKind(path, found.kind, kind);
    return { path: place.path, node: found };
  };
  return {
    async stat(path) {
      const [place] = await tree.resolve([path]);
      const node = place?.node ?? null;
      return place === undefined || node === null ? null : fromExt(nameOf(place.path), node);
    },
    async list(path) {
      const found = await find(path, 'directory');
      const entries = await listExt(volume, found.path);
      return entries
        .map(({ name, node }) => fromExt(name, node))
        .toSorted((a, b) => comparePaths(a.name, b.name));
    },
    async read(path) {
      const found = await find(path, 'file');
      refuseLarge(path, found.node.sizeBytes);
      const [bytes = Buffer.alloc(0)] = await readExtFiles(volume, [
        { path: found.path, sizeBytes: found.node.sizeBytes },
      ]);
      return bytes;
    },
    async readAll(paths) {
      const places = await tree.resolve(paths, true);
      const files = places.map(({ path, node }, index) => {
        if (node?.kind !== 'file') throw missing(image.path, paths[index] ?? path);
        return { path, sizeBytes: node.sizeBytes };
      });
      return readExtFiles(volume, files);
    },
    async copyOut(path, hostPath) {
      const found = await find(path, 'file');
      await dumpExtFiles(volume, [{ path: found.path, sizeBytes: found.node.sizeBytes, hostPath }]);
    },
  };
}

function fatFiles(image: OpenImage, volume: FatVolume): ImageFiles {
  const find = async (path: string, kind: 'file' | 'directory') => {
    const node = await volume.find(path);
    if (node === null) throw missing(image.path, path);
    if (node.kind !== kind) throw wrongKind(path, node.kind, kind);
    return node;
  };
  return {
    async stat(path) {
      const node = await volume.find(path);
      if (node === null) return null;
      return node.entry === null ? fatRoot : fromFat(node.entry);
    },
    async list(path) {
      const entries = await volume.list(await find(path, 'directory'));
      return entries.map(fromFat).toSorted((a, b) => comparePaths(a.name, b.name));
    },
    async read(path) {
      const node = await find(path, 'file');
      refuseLarge(path, node.entry?.sizeBytes ?? 0);
      const pieces: Buffer[] = [];
      for await (const piece of volume.readFile(node)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    async readAll(paths) {
      const read: Buffer[] = [];
      for (const path of paths) read.push(await this.read(path));
      return read;
    },
    async copyOut(path, hostPath) {
      await writeFile(hostPath, volume.readFile(await find(path, 'file')), { mode: 0o600 });
    },
  };
}

function fromExt(name: string, node: ExtNode): ImageFile {
  const { kind, sizeBytes, mode, uid, gid, mtimeSeconds, target } = node;
  return { name: name === '' ? '/' : name, kind, sizeBytes, mode, uid, gid, mtimeSeconds, target };
}

const withoutOwner = { mode: null, uid: null, gid: null, target: null } as const;

/** The top directory of a FAT filesystem has no entry, and so no time. */
const fatRoot: ImageFile = { ...withoutOwner, name: '/', kind: 'directory', sizeBytes: 0, mtimeSeconds: 0 };

function fromFat({ name, isDirectory, sizeBytes, mtimeSeconds }: FatEntry): ImageFile {
  return { ...withoutOwner, name, kind: isDirectory ? 'directory' : 'file', sizeBytes, mtimeSeconds };
}

function missing(imagePath: string, path: string): HostError {
  return new HostError('image-path-missing', `there is no ${path} in ${imagePath}`, {
    hint: 'list its directory: dlimage inspect IMAGE DIRECTORY',
  });
}

function wrongKind(path: string, found: ImageFile['kind'], wanted: 'file' | 'directory'): HostError {
  const kind = found === 'other' ? 'device or another special file' : found;
  return new HostError('image-wrong-kind', `${path} is a ${kind}, not a ${wanted}`, {
    hint: wanted === 'file' ? 'give the path of a file' : 'give the path of a directory',
  });
}

function refuseLarge(path: string, sizeBytes: number): void {
  if (sizeBytes <= readLimitBytes) return;
  throw new HostError('image-file-too-large', `${path} has ${formatBytes(sizeBytes)}: too much to show`, {
    hint: `files of up to ${formatBytes(readLimitBytes)} are shown`,
  });
}

import { subSource, type ByteSource } from '../image/byte-source.ts';
import { cachedSource } from '../image/cached-source.ts';
import { openExtVolume } from '../image/ext-volume.ts';
import { parseFatGeometry } from '../image/fat-geometry.ts';
import { openFatVolume } from '../image/fat-volume.ts';
import { isExt, isFat, type ImagePartition } from '../image/layout.ts';
import { parseLayout } from '../image/partition-table.ts';
import { decodeMarker, markerBytes, markerOffsetBytes, type Marker } from './marker.ts';

/** What is on a disk, by its own bytes. */
export type DiskContents =
  | {
      readonly kind: 'node';
      readonly node: string;
      readonly cluster: string;
      readonly instanceId: string | null;
    }
  | { readonly kind: 'unfinished'; readonly marker: Marker }
  | { readonly kind: 'partitions'; readonly partitions: readonly ImagePartition[] }
  /** Nothing but zeros or ones at its beginning. */
  | { readonly kind: 'empty' }
  /** Something that has no partition table and no filesystem. */
  | { readonly kind: 'data' };

const mebibyte = 1024 * 1024;
const fileLimitBytes = 1024 * 1024;
/** More than the largest FATs and group tables of cards. */
const readLimitBytes = 256 * 1024 * 1024;

/** What the files of a node say of it. */
interface Said {
  readonly node?: string;
  readonly cluster?: string;
  readonly instanceId?: string;
}

/**
 * Looks at a disk with our own readers. Damage makes it `partitions` or `data`; what the source cannot read is thrown
 * as the system's error.
 */
export async function readContents(disk: ByteSource): Promise<DiskContents> {
  const source = cachedSource(limited(disk));
  const marker = decodeMarker(await source.read(markerOffsetBytes, markerBytes));
  if (marker !== null) return { kind: 'unfinished', marker };
  const partitions = (await orUndefined(() => parseLayout(source)))?.partitions ?? [];
  if (partitions.length === 0) {
    const start = await source.read(0, Math.min(mebibyte, source.sizeBytes));
    return { kind: isUniform(start) ? 'empty' : 'data' };
  }
  let said: Said = {};
  for (const partition of partitions)
    said = { ...said, ...(await orUndefined(() => askPartition(source, partition))) };
  const { node, cluster, instanceId } = said;
  if (node === undefined || cluster === undefined) return { kind: 'partitions', partitions };
  return { kind: 'node', node, cluster, instanceId: instanceId ?? null };
}

async function askPartition(source: ByteSource, partition: ImagePartition): Promise<Said> {
  const volume = subSource(source, partition.offsetBytes, partition.sizeBytes);
  if (isFat(partition.filesystem.kind)) return saidBySeed(await readFatFile(volume, '/meta-data'));
  if (!isExt(partition.filesystem.kind)) return {};
  const seed = saidBySeed(await readExtFile(volume, '/var/lib/cloud/seed/nocloud/meta-data'));
  return { ...seed, ...saidByEnvironment(await readExtFile(volume, '/etc/dlimage/node.env')) };
}

/** Our own seeds name cluster and node in the instance-id: `home-pi3-2-0123456789ab`. Those of others do not. */
function saidBySeed(text: string): Said {
  const [, instanceId = ''] = /^instance-id: *['"]?([^'"\s]*)/m.exec(text) ?? [];
  const [, node = ''] = /^local-hostname: *['"]?([^'"\s]*)/m.exec(text) ?? [];
  const tail = /-[0-9a-f]{12}$/.exec(instanceId)?.[0];
  if (node === '' || tail === undefined) return {};
  const names = instanceId.slice(0, -tail.length);
  if (!names.endsWith(`-${node}`)) return {};
  return { node, cluster: names.slice(0, -node.length - 1), instanceId };
}

function saidByEnvironment(text: string): Said {
  const [, node] = /^DLIMAGE_NODE='?([^'\n]*)/m.exec(text) ?? [];
  const [, cluster] = /^DLIMAGE_CLUSTER='?([^'\n]*)/m.exec(text) ?? [];
  return node === undefined || cluster === undefined ? {} : { node, cluster };
}

/** Text of a small file; empty where there is none. */
async function readFatFile(volume: ByteSource, path: string): Promise<string> {
  const geometry = parseFatGeometry(await volume.read(0, 512));
  if (geometry === null) return '';
  const fat = await openFatVolume(volume, geometry);
  const found = await fat.find(path);
  return found?.kind === 'file' && found.entry.sizeBytes <= fileLimitBytes
    ? await textOf(fat.readFile(found))
    : '';
}

/** As `readFatFile`; links are not followed. */
async function readExtFile(volume: ByteSource, path: string): Promise<string> {
  const ext = await openExtVolume(volume);
  if (ext === null) return '';
  let inode = await ext.readInode(ext.rootInode);
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (inode.kind !== 'directory') return '';
    const entry = (await ext.listDirectory(inode)).find((one) => one.name === name);
    if (entry === undefined) return '';
    inode = await ext.readInode(entry.inode);
  }
  return inode.kind === 'file' && inode.sizeBytes <= fileLimitBytes ? await textOf(ext.readFile(inode)) : '';
}

async function textOf(pieces: AsyncIterable<Buffer>): Promise<string> {
  const read: Buffer[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read).toString('utf8');
}

/** A damaged filesystem may lead its reader in circles: after so many bytes it is not followed any further. */
function limited({ sizeBytes, read }: ByteSource): ByteSource {
  let left = readLimitBytes;
  return {
    sizeBytes,
    read(offsetBytes, lengthBytes) {
      left -= lengthBytes;
      if (left < 0) throw new RangeError('this filesystem has no end');
      return read(offsetBytes, lengthBytes);
    },
  };
}

/** Erased cards read as zeros or as ones. */
function isUniform(bytes: Buffer): boolean {
  const first = bytes[0] ?? 0;
  return (first === 0 || first === 0xff) && bytes.equals(Buffer.alloc(bytes.length, first));
}

/** Damaged filesystems make readers throw; a disk that cannot be read is another matter. */
async function orUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw error;
    return undefined;
  }
}

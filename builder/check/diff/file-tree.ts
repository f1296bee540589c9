import type { ByteSource } from '../../image/byte-source.ts';
import { openExtVolume, type ExtInodeRecord, type ExtVolumeReader } from '../../image/ext-volume.ts';
import { parseFatGeometry } from '../../image/fat-geometry.ts';
import { openFatVolume, type FatNode, type FatVolume } from '../../image/fat-volume.ts';
import { isExt, isFat, type ImagePartition } from '../../image/layout.ts';
import { subSource } from '../../image/byte-source.ts';
import type { ByteRange } from '../../image/ranges.ts';
import type { ComparedFile } from './difference.ts';

/** A node of a filesystem's tree, with what is needed to compare it. */
export interface TreeNode extends ComparedFile {
  /** Entries of a directory, by name. */
  children(): Promise<ReadonlyMap<string, TreeNode>>;
  /** Ranges of the content in the image: the same ranges in an unchanged stretch are the same content. */
  ranges(): Promise<readonly ByteRange[]>;
  content(): AsyncGenerator<Buffer>;
}

/** Opens a partition as a tree; null when its filesystem is not read. */
export async function openFileTree(image: ByteSource, partition: ImagePartition): Promise<TreeNode | null> {
  const { kind } = partition.filesystem;
  const source = subSource(image, partition.offsetBytes, partition.sizeBytes);
  if (isExt(kind)) {
    const volume = await openExtVolume(source);
    if (volume === null) return null;
    return extNode(volume, '/', await volume.readInode(volume.rootInode), partition.offsetBytes);
  }
  if (!isFat(kind)) return null;
  const geometry = parseFatGeometry(await source.read(0, 512));
  if (geometry === null) return null;
  const volume = await openFatVolume(source, geometry);
  const root = await volume.find('/');
  return root === null ? null : fatNode(volume, '/', root, partition.offsetBytes);
}

async function extNode(
  volume: ExtVolumeReader,
  name: string,
  inode: ExtInodeRecord,
  offsetBytes: number,
): Promise<TreeNode> {
  const { kind, sizeBytes, mode, uid, gid, mtimeSeconds } = inode;
  const attributes: Record<string, string> = {
    mode: mode.toString(8).padStart(4, '0'),
    owner: `${uid}:${gid}`,
    attributes: (await volume.readAttributes(inode)).toString('latin1'),
  };
  // A directory's time changes with every file in it, which is shown itself.
  if (kind !== 'directory') attributes['time'] = new Date(mtimeSeconds * 1000).toISOString();
  if (kind === 'device') attributes['device'] = inode.blockArea.toString('hex', 0, 8);
  return {
    name,
    kind,
    sizeBytes: kind === 'directory' ? 0 : sizeBytes,
    attributes,
    content: () => volume.readFile(inode),
    async ranges() {
      const ranges = await volume.rangesOf(inode);
      return ranges.map((range) => ({ ...range, offsetBytes: range.offsetBytes + offsetBytes }));
    },
    async children() {
      const nodes = new Map<string, TreeNode>();
      for (const entry of await volume.listDirectory(inode)) {
        nodes.set(
          entry.name,
          await extNode(volume, entry.name, await volume.readInode(entry.inode), offsetBytes),
        );
      }
      return nodes;
    },
  };
}

function fatNode(volume: FatVolume, name: string, node: FatNode, offsetBytes: number): TreeNode {
  const seconds = node.entry?.mtimeSeconds ?? 0;
  return {
    name,
    kind: node.kind,
    sizeBytes: node.entry?.sizeBytes ?? 0,
    attributes: node.kind === 'directory' ? {} : { time: new Date(seconds * 1000).toISOString() },
    content: () => volume.readFile(node),
    ranges: () =>
      Promise.resolve(
        volume.rangesOf(node).map((range) => ({ ...range, offsetBytes: range.offsetBytes + offsetBytes })),
      ),
    async children() {
      const entries = await volume.list(node);
      return new Map(
        entries.map((entry) => {
          const { cluster } = entry;
          const child: FatNode = entry.isDirectory
            ? { kind: 'directory', cluster, entry }
            : { kind: 'file', cluster, entry };
          return [entry.name, fatNode(volume, entry.name, child, offsetBytes)];
        }),
      );
    },
  };
}

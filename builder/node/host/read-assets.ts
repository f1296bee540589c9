import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Cluster } from '../../cluster/model/cluster.ts';
import type { FolderItem } from '../../system/folder-item.ts';
import type { Assets, UserFile } from '../overlay/assets.ts';
import { HostError } from '../../report/errors.ts';
import { listFolder } from '../../system/host/list-folder.ts';
import { changeStamp } from '../../system/host/change-stamp.ts';
import { mapConcurrently } from '../../system/host/map-concurrently.ts';
import { openRegularFile } from '../../system/host/regular-file.ts';
import { packageRoot } from '../../system/host/package-root.ts';

const shippedDirectories = ['overlays', 'cloud-init', 'packer'];
const chunkBytes = 256 * 1024;
const shippedFiles = ['profiles/schemas/overlay.schema.json'];

/** Read once: whatever is compiled from a shipped file is kept with its bytes. */
let known: Promise<Assets['files']> | undefined;

/** Reads everything that the planner works from: shipped files into memory, the user's extra files as hashes. */
export async function readAssets(cluster: Cluster): Promise<Assets> {
  const userFiles = new Map<string, readonly UserFile[]>();
  const services = [...cluster.images, ...cluster.stacks.flatMap(({ files: named }) => named)];
  for (const { hostPath } of [...cluster.files, ...services]) {
    if (!userFiles.has(hostPath)) userFiles.set(hostPath, await readUserFiles(hostPath));
  }
  known ??= readShippedFiles();
  return { files: await known, userFiles };
}

async function readShippedFiles(): Promise<Assets['files']> {
  const listed = await Promise.all(
    shippedDirectories.map(async (directory) => await listFiles(join(packageRoot, directory))),
  );
  const paths = [...listed.flat().map((path) => relative(packageRoot, path)), ...shippedFiles];
  const files = await mapConcurrently(paths, async (path): Promise<[string, Uint8Array]> => [
    path.replaceAll(sep, '/'),
    await readFile(join(packageRoot, path)),
  ]);
  return new Map(files);
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return (
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // Left by a Python that ran from the source tree.
      .filter((path) => !path.includes(`${sep}__pycache__${sep}`))
  );
}

/** Reads a file, or a folder with all below it. A few files are read at once, however many there are. */
async function readUserFiles(hostPath: string): Promise<UserFile[]> {
  const status = await stat(hostPath);
  if (!status.isDirectory()) return [await hashItem(hostPath, fileItem(status))];
  return await mapConcurrently(await listFolder(hostPath), async (item) => await hashItem(hostPath, item));
}

function fileItem({ mode, size }: Stats): FolderItem {
  return { relativePath: '', kind: 'file', mode: mode & 0o7777, sizeBytes: size, target: '' };
}

async function hashItem(folder: string, item: FolderItem): Promise<UserFile> {
  const path = join(folder, item.relativePath);
  const { kind } = item;
  // The definition's rules have seen no such thing a moment ago.
  if (kind === 'other') throw changed(path, item.problem ?? 'is no file');
  if (kind !== 'file') return { ...item, kind, sha256: '' };
  const file = await openRegularFile(path);
  try {
    const hash = createHash('sha256');
    const stamp = changeStamp(await file.stat({ bigint: true }));
    let sizeBytes = 0;
    // No stream: of many small files its buffers are most of the work.
    const buffer = Buffer.allocUnsafe(Math.min(item.sizeBytes + 1, chunkBytes));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      sizeBytes += bytesRead;
      if (sizeBytes > item.sizeBytes) throw changed(path, `grows while it is read`);
    }
    if (sizeBytes !== item.sizeBytes) throw changed(path, 'became shorter while it was read');
    if (changeStamp(await file.stat({ bigint: true })) !== stamp)
      throw changed(path, 'changed while it was read');
    return { ...item, kind, sha256: hash.digest('hex'), stamp };
  } finally {
    await file.close();
  }
}

function changed(path: string, problem: string): HostError {
  return new HostError('host-file-changed', `${path} ${problem}`, {
    hint: 'build again once nothing writes to the files any more',
  });
}

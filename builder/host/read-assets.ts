import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Cluster } from '../definition/cluster.ts';
import type { Assets, UserFile } from '../plan/assets.ts';
import { packageRoot } from './package-root.ts';

const shippedDirectories = ['overlays', 'cloud-init', 'packer'];
const shippedFiles = ['profiles/schemas/overlay.schema.json'];

/** Reads everything that the planner works from: shipped files into memory, the user's extra files as hashes. */
export async function readAssets(cluster: Cluster): Promise<Assets> {
  const listed = await Promise.all(
    shippedDirectories.map(async (directory) => await listFiles(join(packageRoot, directory))),
  );
  const paths = [...listed.flat().map((path) => relative(packageRoot, path)), ...shippedFiles];
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, Uint8Array]> => [
      path.replaceAll(sep, '/'),
      await readFile(join(packageRoot, path)),
    ]),
  );
  const userFiles = new Map<string, readonly UserFile[]>();
  const services = [...cluster.images, ...cluster.stacks.flatMap(({ file, files: more }) => [file, ...more])];
  for (const { hostPath } of [...cluster.files, ...services]) {
    if (!userFiles.has(hostPath)) userFiles.set(hostPath, await readUserFiles(hostPath));
  }
  return { files: new Map(files), userFiles };
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

async function readUserFiles(hostPath: string): Promise<UserFile[]> {
  if (!(await stat(hostPath)).isDirectory()) return [await readUserFile(hostPath, '')];
  const names = (await readdir(hostPath, { recursive: true })).toSorted();
  return await Promise.all(
    ['', ...names].map(async (name) => await readUserFile(join(hostPath, name), name)),
  );
}

async function readUserFile(path: string, relativePath: string): Promise<UserFile> {
  // The path that the definition names may be a link itself; below it, links stay links.
  const status = relativePath === '' ? await stat(path) : await lstat(path);
  const common = { relativePath, sizeBytes: 0, sha256: '', executable: false, target: '' };
  if (status.isDirectory()) return { ...common, kind: 'directory' };
  if (status.isSymbolicLink()) return { ...common, kind: 'symlink', target: await readlink(path) };
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const executable = (status.mode & 0o100) !== 0;
  return { ...common, kind: 'file', sizeBytes: status.size, sha256: hash.digest('hex'), executable };
}

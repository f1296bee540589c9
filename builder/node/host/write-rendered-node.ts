import {
  chmod,
  chown,
  copyFile,
  lutimes,
  mkdtemp,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Entry } from '../../image/entry.ts';
import type { RenderedNode } from '../render/rendered-node.ts';
import { HostError } from '../../report/errors.ts';
import { checkHostFiles } from '../../image/host/staging.ts';
import { makePrivateDirectory } from '../../system/host/files.ts';
import { makeDirectory } from '../../system/host/make-directory.ts';

/** A folder with this file in it was written by `render`, and may be written anew. */
const marker = '.rendered-by-dlimage';

/**
 * Writes what a node adds to its base as folders: `boot/` for the FAT partition, `root/` for the root file system.
 * Modes and times are the node's; owners as well when root runs it. The folder appears when it is complete.
 *
 * @throws HostError `output-exists` when the folder is there and was not written by `render`
 */
export async function writeRenderedNode(rendered: RenderedNode, directory: string): Promise<void> {
  await requireOwnFolder(directory);
  await makePrivateDirectory(dirname(directory));
  const partial = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`));
  try {
    await writeFile(join(partial, marker), `${rendered.sha256}\n`);
    // Directories last and deepest first, so that no later file changes their times.
    const [directories, others] = partition(rendered.entries.map(({ entry }) => entry));
    for (const entry of [...others, ...directories.toReversed()]) await writeEntry(partial, entry);
    await checkHostFiles(others);
    await rm(directory, { recursive: true, force: true });
    await rename(partial, directory);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function requireOwnFolder(directory: string): Promise<void> {
  const isThere = async (path: string): Promise<boolean> =>
    (await stat(path).catch(() => undefined)) !== undefined;
  if (!(await isThere(directory)) || (await isThere(join(directory, marker)))) return;
  throw new HostError('output-exists', `${directory} exists and was not written by dlimage render`, {
    hint: 'move it away, or choose another directory with --out',
  });
}

function partition(entries: readonly Entry[]): [Entry[], Entry[]] {
  const directories = entries.filter((entry) => entry.kind === 'directory');
  return [directories, entries.filter((entry) => entry.kind !== 'directory')];
}

async function writeEntry(parent: string, entry: Entry): Promise<void> {
  const path = join(parent, entry.partition, entry.path);
  await makeDirectory(dirname(path));
  if (entry.kind === 'symlink') await symlink(entry.target, path);
  else if (entry.kind === 'directory') await makeDirectory(path);
  else if (entry.content.from === 'bytes') await writeFile(path, entry.content.bytes, { mode: 0o600 });
  else await copyFile(entry.content.hostPath, path);
  if (process.getuid?.() === 0 && entry.kind !== 'symlink') await chown(path, entry.uid, entry.gid);
  if (entry.kind !== 'symlink') await chmod(path, entry.mode);
  await lutimes(path, entry.mtimeSeconds, entry.mtimeSeconds);
}

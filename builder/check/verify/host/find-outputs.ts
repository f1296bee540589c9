import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputDirectory } from '../../../make/host/output/output-directory.ts';
import { isErrno } from '../../../system/host/system-error.ts';

/**
 * The directories that `verify` means when it is given none: the one it stands in, when that is a build's output, else
 * all that builds wrote below its `out`, as `build` and `packer` call them by default. Without any it is the one it
 * stands in.
 *
 * @throws HostError `manifest-damaged`
 */
export async function findOutputs(directory: string): Promise<string[]> {
  if (await isOutput(directory)) return [directory];
  const clusters = await directoriesIn(join(directory, 'out'));
  const candidates: string[] = [];
  for (const cluster of clusters) candidates.push(cluster, ...(await directoriesIn(cluster)));
  const outputs: string[] = [];
  for (const candidate of candidates) if (await isOutput(candidate)) outputs.push(candidate);
  return outputs.length > 0 ? outputs : [directory];
}

async function isOutput(directory: string): Promise<boolean> {
  const { header, unreadableRecords } = await OutputDirectory.read(directory);
  return header !== undefined || unreadableRecords > 0;
}

async function directoriesIn(parent: string): Promise<string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(parent, name))
      .toSorted();
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return [];
    throw error;
  }
}

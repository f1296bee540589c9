import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderedEntry } from '../../../node/render/rendered-node.ts';
import { defaultMtimeSeconds } from '../../../node/render/make-entry.ts';
import { seedDirectory } from '../../../node/render/render-seed.ts';
import { hashFile } from '../../../system/host/hash-file.ts';
import { runTool } from '../../../system/host/run-tool.ts';
import type { AssembleResult } from '../assemble.ts';
import { packEntries } from './pack-entries.ts';

/** Folder on the seed volume in which `overlays/node-seed` looks for a node's files. */
const tarName = 'dlimage.tar';

/**
 * Writes a seed volume: an ISO image labelled CIDATA with cloud-init's documents at its top, and a tar of all other
 * files of the node. It holds the node's private keys, so it has mode 0600.
 *
 * @param path - a new file in a private directory
 * @param own - what the node has and the image for all nodes has not
 */
export async function writeSeed(
  path: string,
  own: readonly RenderedEntry[],
  signal?: AbortSignal,
): Promise<AssembleResult> {
  const folder = `${path}.d`;
  await mkdir(folder, { mode: 0o700 });
  try {
    const documents = own.filter(({ entry }) => entry.path.startsWith(seedDirectory));
    for (const { entry } of documents) {
      if (entry.kind !== 'file' || entry.content.from !== 'bytes') continue;
      await writeFile(join(folder, entry.path.slice(seedDirectory.length)), entry.content.bytes);
    }
    const others = own.filter((rendered) => !documents.includes(rendered)).map(({ entry }) => entry);
    await packEntries(join(folder, tarName), others);
    await makeSeedVolume(path, folder, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { size } = await stat(path);
  return { sizeBytes: size, sha256: await hashFile(path, { signal }) };
}

/** Makes an ISO volume with the label CIDATA, mode 0600, of the files in a folder: the same files give the same bytes. */
export async function makeSeedVolume(path: string, folder: string, signal?: AbortSignal): Promise<void> {
  // xorriso wants 2025010100000000: with hundredths of a second.
  const time = `${new Date(defaultMtimeSeconds * 1000)
    .toISOString()
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 14)}00`;
  const shape = ['-quiet', '-volid', 'CIDATA', '-joliet', '-rational-rock', '--set_all_file_dates', time];
  await runTool('xorriso', ['-as', 'mkisofs', ...shape, '-output', path, folder], {
    step: 'write a seed volume',
    timeoutSeconds: 600,
    // The volume's own times, and its id.
    env: { SOURCE_DATE_EPOCH: String(defaultMtimeSeconds) },
    signal,
  });
  await chmod(path, 0o600);
}

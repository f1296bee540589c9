import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'tar-stream';
import type { Entry } from '../../../image/entry.ts';
import { checkHostFiles } from '../../../image/host/staging.ts';

type TarHeader = Partial<Header> & { readonly name: string };

/**
 * Packs entries of the root file system into a tar file: sorted as they come, with their modes, owners and times, and
 * nothing of this machine, so that the same entries give the same bytes. Missing parent directories are left out: tar
 * makes them 0755 root:root, as a build does.
 */
export async function packEntries(path: string, entries: readonly Entry[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  const tar = pack();
  try {
    // Both ends run at once: the tar is never in memory as a whole.
    await Promise.all([pipeline(Readable.from(tar), file.createWriteStream()), addEntries(tar, entries)]);
  } catch (error) {
    // The packer knows of a wrong length, but not why.
    await checkHostFiles(entries);
    throw error;
  }
  await checkHostFiles(entries);
}

async function addEntries(tar: Pack, entries: readonly Entry[]): Promise<void> {
  try {
    for (const entry of entries) await addEntry(tar, entry);
    tar.finalize();
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function addEntry(tar: Pack, entry: Entry): Promise<void> {
  const header: TarHeader = {
    name: entry.path.slice(1) + (entry.kind === 'directory' ? '/' : ''),
    type: entry.kind,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    uname: '',
    gname: '',
    mtime: new Date(entry.mtimeSeconds * 1000),
  };
  if (entry.kind === 'symlink') return addWhole(tar, { ...header, linkname: entry.target });
  if (entry.kind === 'directory') return addWhole(tar, header);
  const { content } = entry;
  if (content.from === 'bytes') return addWhole(tar, header, Buffer.from(content.bytes));
  const sink = tar.entry({ ...header, size: content.sizeBytes });
  await pipeline(createReadStream(content.hostPath), sink);
}

async function addWhole(tar: Pack, header: TarHeader, bytes: Buffer = Buffer.alloc(0)): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    tar.entry({ ...header, size: bytes.length }, bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import {
  dlpatchDigestBytes,
  dlpatchPrefixBytes,
  parseDlpatchPrefix,
  type DlpatchHeader,
} from '../../../builder/artifact/dlpatch.ts';
import { openFormatWriter } from '../../../builder/artifact/host/format-writer.ts';
import { readBaseImage } from '../../../builder/image/host/base.ts';
import { openWorkCopy } from '../../../builder/image/host/work-copy.ts';
import { silentProgress } from '../../../builder/system/host/progress.ts';
import { rootFile } from './entries.ts';

/** Makes a real `.dlpatch` of a small base: a shared layer and a node's own. Returns its path. */
export async function makeSmallPatch(basePath: string, directory: string): Promise<string> {
  const content = readFileSync(basePath);
  const base = {
    path: basePath,
    sizeBytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    layout: (await readBaseImage(basePath)).layout,
    key: 'k',
    name: 'small',
  };
  const work = await openWorkCopy({ base: await readBaseImage(basePath), directory });
  const writer = await openFormatWriter({
    cacheDirectory: directory,
    workDirectory: directory,
    progress: silentProgress,
  });
  try {
    const shared = await work.makePatch([rootFile('/etc/shared', 'shared\n')]);
    await work.layOver(shared);
    const own = await work.makePatch([rootFile('/etc/own', 'own\n')]);
    const written = await writer.write({ base, shared, own, name: 'small-1', formats: ['dlpatch'] });
    const path = join(directory, 'small-1.dlpatch');
    renameSync(written.artifacts[0]!.temporaryPath, path);
    return path;
  } finally {
    await work.close();
    await writer.close();
  }
}

/** The same patch with another header, and a digest that is right for it. */
export function withHeader(patch: Buffer, change: (header: DlpatchHeader) => unknown): Buffer {
  const length = parseDlpatchPrefix(patch) ?? 0;
  const text = patch.toString('utf8', dlpatchPrefixBytes, dlpatchPrefixBytes + length);
  const json = Buffer.from(`${JSON.stringify(change(JSON.parse(text) as DlpatchHeader))}\n`);
  const prefix = Buffer.from(patch.subarray(0, dlpatchPrefixBytes));
  prefix.writeUInt32LE(json.length, dlpatchPrefixBytes - 4);
  return sealed(Buffer.concat([prefix, json, patch.subarray(dlpatchPrefixBytes + length)]));
}

/** Bytes of a patch, whatever they are, with the digest that belongs to them at their end. */
export function sealed(patch: Buffer): Buffer {
  const content = patch.subarray(0, patch.length - dlpatchDigestBytes);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

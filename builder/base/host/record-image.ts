import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../system/host/hash-file.ts';
import { readBaseImage, type BaseImage } from '../../image/host/base.ts';
import { readExtSuperblock } from '../../image/host/volumes.ts';
import { openImageFiles } from '../../image/host/image-files.ts';
import { withImage } from '../../image/host/open-image.ts';
import { packageVersion } from '../../system/host/package-version.ts';
import type { BasePartition, BaseRecord } from './built-base.ts';
import { type BasePackage, parseDpkgStatus } from '../../system/debian-packages/dpkg-status.ts';

/** Facts about an image that are not in it. */
export type ImageOrigin = Pick<
  BaseRecord,
  'key' | 'definitionName' | 'platform' | 'architecture' | 'extraPackages' | 'buildSeconds'
> & {
  readonly origin: string;
  readonly download?: string;
  /** Without it dpkg's own list in the image is read, if there is one. */
  readonly packages?: readonly BasePackage[];
};

/**
 * Writes `base.json` for the `base.img` of a directory, from what is in the image, and makes both read-only.
 *
 * @throws HostError as `readBaseImage` does when nodes cannot be made from the image.
 */
export async function recordImage(
  directory: string,
  origin: ImageOrigin,
  signal: AbortSignal | undefined,
): Promise<void> {
  const imagePath = join(directory, 'base.img');
  const image = await readBaseImage(imagePath);
  const superblock = await withImage(imagePath, (open) => readExtSuperblock(open, image.root));
  const { table, sizeBytes, partitions } = image.layout;
  const roleOf = (number: number): BasePartition['role'] =>
    number === image.root.number ? 'root' : number === image.boot?.number ? 'boot' : 'other';
  await writeBaseRecord(directory, {
    ...origin,
    packages: origin.packages ?? (await readPackages(image)),
    sha256: await hashFile(imagePath, { signal }),
    sizeBytes,
    table,
    partitions: partitions.map(({ number, offsetBytes, sizeBytes: bytes, filesystem }) => ({
      number,
      role: roleOf(number),
      offsetBytes,
      sizeBytes: bytes,
      filesystem: filesystem.kind === 'unknown' ? null : filesystem.kind,
      label: filesystem.label,
      uuid: filesystem.uuid,
    })),
    epochSeconds: superblock.writtenSeconds,
  });
}

/** Writes `base.json` beside the finished `base.img` of a directory, and makes both read-only. */
export async function writeBaseRecord(
  directory: string,
  known: Omit<BaseRecord, 'format' | 'dlimageVersion'>,
): Promise<void> {
  const record: BaseRecord = { format: 1, ...known, dlimageVersion: packageVersion };
  await chmod(join(directory, 'base.img'), 0o444);
  await writeFile(join(directory, 'base.json'), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o444 });
}

async function readPackages({ path, root }: BaseImage): Promise<BasePackage[]> {
  return await withImage(path, async (open) => {
    const files = await openImageFiles(open, root);
    if ((await files.stat('/var/lib/dpkg/status')) === null) return [];
    const status = await files.read('/var/lib/dpkg/status');
    return parseDpkgStatus(status.toString('utf8'));
  });
}

import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WrittenFormat } from '../../../image/image-format.ts';
import { packerResults, type PackerBuilder } from '../packer-variables.ts';
import { HostError } from '../../../report/errors.ts';
import { isErrno } from '../../../system/host/system-error.ts';
import { hashFile } from '../../../system/host/hash-file.ts';

/** A file that Packer made. */
export interface PackerResult {
  readonly format: WrittenFormat;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/**
 * Finds what the post-processors left, holds it against their checksums, and makes it private.
 *
 * @throws HostError `packer-results` when something is missing, or is not what the checksum says
 */
export async function takePackerResults(
  directory: string,
  name: string,
  builder: PackerBuilder,
): Promise<PackerResult[]> {
  const { box, boxChecksum, disk } = packerResults(name, builder);
  const boxFormat = builder === 'virtualbox' ? 'virtualbox-box' : 'box';
  return [
    ...(disk === null ? [] : [await take(directory, 'qcow2', disk.path, disk.checksum)]),
    await take(directory, boxFormat, box, boxChecksum),
  ];
}

async function take(
  directory: string,
  format: WrittenFormat,
  name: string,
  checksum: string,
): Promise<PackerResult> {
  const path = join(directory, name);
  try {
    const listed = (await readFile(join(directory, checksum), 'utf8')).split(/\s/, 1)[0] ?? '';
    const sha256 = await hashFile(path);
    if (listed !== sha256) throw unusable(`${name} is not what its checksum says`);
    await chmod(path, 0o600);
    return { format, path, sha256, sizeBytes: (await stat(path)).size };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) throw unusable(`Packer made no ${name}, or no checksum of it`);
    throw error;
  }
}

function unusable(message: string): HostError {
  return new HostError('packer-results', message, {
    hint: 'build again; if it stays so, report it with the version of Packer',
  });
}

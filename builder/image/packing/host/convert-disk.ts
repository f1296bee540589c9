import { isAbsolute, resolve } from 'node:path';
import {
  backingFileIn,
  diskHeadBytes,
  isEncryptedIn,
  outsideDataIn,
  outsideDataInInfo,
  virtualSizeIn,
  type VirtualDisk,
} from '../virtual-disk.ts';
import { HostError } from '../../../report/errors.ts';
import { readStart } from '../../host/open-image.ts';
import { runTool, type RunOptions } from '../../../system/host/run-tool.ts';
import { checkDiskWhole } from './check-disk.ts';
import { encryptedImage } from './encrypted-image.ts';
import { longestImageBytes, tooLong } from './longest-image.ts';

/** Says whether a file is a base that disks may be layers over: one that dlimage itself has made them over. */
export type KnowsBase = (path: string) => Promise<boolean>;

/**
 * Converts the disk of a virtual machine into a new raw image. It is looked at first: only a disk that holds all of its
 * data itself, or is a layer over a base that `knowsBase`, is opened, in the format that was recognised, as a plain file,
 * with no other protocol.
 *
 * @throws HostError `image-refers-outside`, `image-encrypted`, `image-too-large`, `image-damaged`, or as `runTool`
 * does
 */
export async function convertDisk(
  kind: VirtualDisk,
  path: string,
  target: string,
  { run, knowsBase }: { readonly run: RunOptions; readonly knowsBase: KnowsBase },
): Promise<void> {
  const head = await readStart(path, diskHeadBytes);
  const backing = backingFileIn(kind, head);
  const base = backing !== null && isAbsolute(backing) && (await knowsBase(backing)) ? backing : null;
  const outside = outsideDataIn(kind, head);
  if (outside !== null && base === null) throw refersOutside(path, outside);
  const filename = resolve(path);
  const disk = { driver: kind, file: { driver: 'file', filename } };
  const { stdout } = await runTool('qemu-img', ['info', '--output=json', asSource(disk)], run);
  const info: unknown = JSON.parse(Buffer.from(stdout).toString('utf8'));
  const elsewhere = outsideDataInInfo(info, filename, base);
  if (elsewhere !== null) throw refersOutside(path, elsewhere);
  if (isEncryptedIn(info)) throw encryptedImage(path);
  if ((virtualSizeIn(info) ?? Infinity) > longestImageBytes) throw tooLong(path);
  const layered = { driver: 'raw', file: { driver: 'file', filename: base } };
  const source = asSource(base === null ? disk : { ...disk, backing: layered });
  await checkDiskWhole(kind, path, { source, head }, run);
  await runTool('qemu-img', ['convert', '-O', 'raw', source, resolve(target)], run);
}

/** A description of a disk in place of a name, which qemu-img would search for protocols. */
function asSource(disk: object): string {
  return `json:${JSON.stringify(disk)}`;
}

function refersOutside(path: string, reason: string): HostError {
  return new HostError('image-refers-outside', `${path} does not hold all of its data: ${reason}`, {
    hint: 'make a disk that stands alone, where all of its files are: qemu-img convert -O qcow2 DISK NEW.qcow2',
  });
}

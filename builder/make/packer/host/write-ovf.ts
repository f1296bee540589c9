import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderBoxFiles } from '../../../artifact/box-files.ts';
import { runTool } from '../../../system/host/run-tool.ts';
import type { PackerImage } from './packer-image.ts';

/** Writes a base as VirtualBox imports it, with a disk of this size; returns the path of the OVF. */
export async function writeOvf(
  folder: string,
  { name, profile, base, assets, signal }: PackerImage,
  diskBytes: number,
): Promise<string> {
  const thin = join(folder, 'grown.qcow2');
  const backing = ['-F', 'raw', '-b', base.image.path];
  const options = { step: 'make a disk for VirtualBox', timeoutSeconds: 3600, signal };
  await runTool('qemu-img', ['create', '-q', '-f', 'qcow2', ...backing, thin, String(diskBytes)], options);
  const shape = ['-f', 'qcow2', '-O', 'vmdk', '-o', 'subformat=streamOptimized'];
  await runTool('qemu-img', ['convert', ...shape, thin, join(folder, 'box.vmdk')], options);
  await rm(thin);
  const path = join(folder, 'box.ovf');
  await writeFile(path, renderBoxFiles(assets, { name, profile, diskBytes }).ovf);
  return path;
}

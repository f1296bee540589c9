import { access, constants } from 'node:fs/promises';
import type { PackerHost } from '../packer-variables.ts';
import { UsageError } from '../../../report/errors.ts';
import { tools } from '../../../system/host/tools.ts';

const accelerators = ['kvm', 'hvf', 'tcg'] as const;

/** Finds this computer's accelerator and firmware for virtual PCs. DLIMAGE_ACCELERATOR overrides it, as in the Vagrantfile. */
export async function readPackerHost(): Promise<PackerHost> {
  const wanted = process.env['DLIMAGE_ACCELERATOR'] ?? '';
  const known = accelerators.find((name) => name === wanted);
  if (wanted !== '' && known === undefined) {
    throw new UsageError(
      `DLIMAGE_ACCELERATOR=${wanted} is none that QEMU has here`,
      `choose from ${accelerators.join(', ')}`,
    );
  }
  return { accelerator: known ?? (await findAccelerator()), firmware: await findFirmware() };
}

async function findAccelerator(): Promise<PackerHost['accelerator']> {
  if (process.arch !== 'x64') return 'tcg';
  if (process.platform === 'darwin') return 'hvf';
  return (await isAllowed('/dev/kvm', constants.R_OK | constants.W_OK)) ? 'kvm' : 'tcg';
}

async function findFirmware(): Promise<string> {
  for (const path of tools['uefi-x86-whole'].files) if (await isAllowed(path, constants.R_OK)) return path;
  return '';
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

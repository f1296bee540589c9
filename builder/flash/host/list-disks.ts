import { readFile, realpath, stat } from 'node:fs/promises';
import { runTool } from '../../system/host/run-tool.ts';
import {
  assembleDisks,
  isVisiblyUsed,
  pathsToLookUp,
  filesystemOf,
  type MachineFacts,
} from '../assemble-disks.ts';
import type { Disk, Mount, Place } from '../block-device.ts';
import type { LivingPath } from '../judge-disk.ts';
import { lsblkColumns, parseLsblk } from '../parse-lsblk.ts';
import { parseMounts, parseSwaps } from '../parse-mounts.ts';
import { probeClaim } from './probe-claim.ts';
import { readBlockDevices, readBtrfsMembers } from './read-block-devices.ts';

/** lsblk asks the devices: one that hangs must not hang us for ever. */
const lsblkTimeoutSeconds = 30;

/**
 * All disks of this machine, with everything that lies on them. Whether a disk that nothing seems to use can be had alone
 * is tried by opening it for a moment.
 *
 * @throws HostError `tool-missing`, `tool-timeout` or `tool-failed` of lsblk, or `lsblk-unreadable`
 */
export async function listDisks(): Promise<Disk[]> {
  const disks = assembleDisks(await readMachine());
  return await Promise.all(
    disks.map(async (disk) => ({
      ...disk,
      claim: isVisiblyUsed(disk) || disk.sizeBytes === 0 ? disk.claim : await probeClaim(disk.path),
    })),
  );
}

/** The disk that a path names, itself or by a link below /dev/disk; undefined when it is none of them. */
export async function findDisk(disks: readonly Disk[], path: string): Promise<Disk | undefined> {
  const place = await placeOf(path);
  return disks.find(({ number }) => number === place?.deviceNumber);
}

/** Says on which filesystems paths lie that must not be lost. What does not exist yet lies where its folder does. */
export async function locateLiving(paths: readonly Omit<LivingPath, 'number'>[]): Promise<LivingPath[]> {
  const mounts = await readMounts();
  return await Promise.all(
    paths.map(async (one) => {
      const place = await placeOrFolderOf(one.path);
      return { ...one, number: place.deviceNumber ?? filesystemOf(place, mounts) };
    }),
  );
}

async function readMachine(): Promise<MachineFacts> {
  const { stdout } = await runTool('lsblk', ['--json', '--all', '--output', lsblkColumns], {
    step: 'list the disks of this computer',
    timeoutSeconds: lsblkTimeoutSeconds,
  });
  const devices = await readBlockDevices(parseLsblk(Buffer.from(stdout).toString('utf8')));
  const mounts = await readMounts();
  const swaps = parseSwaps(await readFile('/proc/swaps', 'utf8').catch(() => ''));
  const commandLine = await readFile('/proc/cmdline', 'utf8').catch(() => '');
  const places = new Map<string, Place>();
  for (const path of pathsToLookUp({ devices, mounts, swaps })) {
    const place = await placeOf(path);
    if (place !== undefined) places.set(path, place);
  }
  const kernelRoot = /(?:^|\s)root=(\S+)/.exec(commandLine)?.[1] ?? null;
  return { devices, mounts, swaps, btrfs: await readBtrfsMembers(), kernelRoot, places };
}

async function readMounts(): Promise<Mount[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
}

async function placeOf(path: string): Promise<Place | undefined> {
  try {
    const realPath = await realpath(path);
    const status = await stat(realPath, { bigint: true });
    return {
      realPath,
      deviceNumber: status.isBlockDevice() ? numberOf(status.rdev) : null,
      filesystemNumber: numberOf(status.dev),
    };
  } catch {
    return undefined;
  }
}

/** The nearest folder above a path that is there; `/` always is. */
async function placeOrFolderOf(path: string): Promise<Place> {
  const place = await placeOf(path);
  if (place !== undefined) return place;
  const folder = path.slice(0, path.lastIndexOf('/'));
  return await placeOrFolderOf(folder === '' ? '/' : folder);
}

/** Source: makedev(3), gnu_dev_major() and gnu_dev_minor() of glibc. */
function numberOf(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { isErrno } from '../../system/host/system-error.ts';

/**
 * Refuses to replace anything but an ordinary image file of ours.
 *
 * @throws HostError `target-is-device`, `target-is-link`, `target-not-a-file`, `target-is-base` or `target-in-use`
 */
export async function checkTarget(target: string, basePath: string): Promise<void> {
  const status = await lstat(target).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  });
  if (status === null) return;
  if (status.isBlockDevice() || status.isCharacterDevice()) {
    throw new HostError('target-is-device', `${target} is a device; dlimage writes image files`, {
      hint: 'give the path of a file; write it to a card as a second step',
    });
  }
  if (status.isSymbolicLink()) {
    throw new HostError('target-is-link', `${target} is a symbolic link; it is not followed`, {
      hint: 'give the path that it leads to, or remove the link',
    });
  }
  if (!status.isFile()) {
    throw new HostError('target-not-a-file', `${target} is no regular file`, { hint: 'give another path' });
  }
  const base = await stat(basePath);
  if (base.dev === status.dev && base.ino === status.ino) {
    throw new HostError('target-is-base', `${target} is the base itself`, { hint: 'give another path' });
  }
  const device = await loopDeviceOf(await realpath(target));
  if (device !== null) {
    throw new HostError('target-in-use', `${target} is in use as ${device}`, {
      hint: `unmount it and detach it first: losetup -d ${device}`,
    });
  }
}

/** The loop device that a file is attached to, as Linux lists them; null when none is. */
async function loopDeviceOf(path: string): Promise<string | null> {
  const devices = await readdir('/sys/block').catch(() => []);
  for (const device of devices.filter((name) => name.startsWith('loop'))) {
    const backing = await readFile(join('/sys/block', device, 'loop/backing_file'), 'utf8').catch(() => '');
    if (backing.trimEnd() === path) return `/dev/${device}`;
  }
  return null;
}

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemCode } from '../../system/host/system-error.ts';
import type { Claim } from '../block-device.ts';

/** ENOMEDIUM, which Node has no name for. */
const noMedium = -123;

/**
 * Tries whether a block device can be had alone, by opening it so for a moment. Only this finds a filesystem that was
 * unmounted lazily, and mounts of other namespaces. Nothing is read or written.
 */
export async function probeClaim(path: string): Promise<Claim> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_EXCL | constants.O_NONBLOCK);
    await handle.close();
    return 'free';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EBUSY') return 'held';
    if (code === 'ENOENT' || code === 'ENXIO' || code === 'ENODEV') return 'gone';
    return error instanceof Error && 'errno' in error && error.errno === noMedium ? 'no-medium' : 'unknown';
  }
}

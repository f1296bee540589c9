import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tools, type ToolName } from '../../builder/system/host/tools.ts';
import type { Tool } from '../../builder/system/host/tools/tool.ts';
import { platforms, type PlatformName } from './platforms.ts';

/**
 * True when a machine of this kind can be booted here. In CI it always is: there a missing program
 * fails the test, with the package that brings it.
 */
export function canBoot(platform: PlatformName): boolean {
  return process.env['CI'] === 'true' || platforms[platform].tools.every(isInstalled);
}

/** True when a cluster of machines can be booted here, and served from; see `canBoot`. */
export function canBootCluster(): boolean {
  return (
    canBoot('pc-bios') && (process.env['CI'] === 'true' || (['busybox', 'ssh'] as const).every(isInstalled))
  );
}

/** The static busybox of this machine. */
export function busybox(): string {
  const file = tools.busybox.files.find((path) => exists(path, constants.R_OK));
  if (file === undefined) throw new Error(`${tools.busybox.program} is not installed`);
  return file;
}

/** True when the boots that take long are wanted too: `npm run test:boot -- --all`, or DLIMAGE_BOOT_ALL=1. */
export const bootsAll = process.env['DLIMAGE_BOOT_ALL'] === '1';

function isInstalled(name: ToolName): boolean {
  const tool: Tool = tools[name];
  if (tool.files !== undefined) return tool.files.some((file) => exists(file, constants.R_OK));
  return isOnPath(tool.program);
}

/** True when this program is installed here. */
export function isOnPath(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => exists(join(folder, program), constants.X_OK));
}

function exists(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

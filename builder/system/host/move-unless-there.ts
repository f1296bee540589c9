import { lstat } from 'node:fs/promises';
import { runTool } from './run-tool.ts';
import { systemCode } from './system-error.ts';

/**
 * Renames a file unless a file has the new name. Node cannot ask the kernel for that, and `mv` can: in one step where
 * the file system knows how to, as FAT and exFAT do. Source: renameat2(2), RENAME_NOREPLACE
 *
 * @returns false when the name is taken: both files are untouched.
 * @throws HostError as `runTool`
 */
export async function moveUnlessThere(path: string, name: string): Promise<boolean> {
  const step = `name ${name}`;
  // coreutils: 0 or, since 9.2, 1 when the name is taken.
  const moved = await runTool('mv', ['-nT', '--', path, name], { step, acceptExitCodes: [1] });
  if (!(await isThere(path))) return true;
  if (moved.exitCode === 0 || (await isThere(name))) return false;
  // Once more, for the error.
  await runTool('mv', ['-nT', '--', path, name], { step });
  return !(await isThere(path));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

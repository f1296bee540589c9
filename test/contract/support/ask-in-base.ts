import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runInNamespace } from '../../../builder/system/host/namespace.ts';
import type { BaseTree } from './base-tree.ts';

const enter = `
base=$1 folder=$2 script=$3
mount --bind "$base" "$base"
mount --bind "$folder" "$base/mnt"
mount -t proc proc "$base/proc"
mount --rbind /dev "$base/dev"
mount -t tmpfs tmpfs "$base/media"
mount -t tmpfs tmpfs "$base/tmp"
mount -t tmpfs tmpfs "$base/run"
exec chroot "$base" python3 -B "/mnt/$script" < "$folder/jobs"`;

/**
 * Runs a Python script as root inside a base, and returns its answers, an object a line.
 *
 * @param folder - lies at /mnt in the base, and has the file `jobs`, which the script reads
 * @param scripts - the script that is run, then others that it imports
 */
export async function askInBase<T>(
  base: BaseTree,
  folder: string,
  scripts: readonly [string, ...string[]],
  step: string,
): Promise<T[]> {
  for (const script of scripts) await copyFile(script, join(folder, basename(script)));
  const { stdout } = await runInNamespace(
    'sh',
    ['-euc', enter, 'sh', base.directory, folder, basename(scripts[0])],
    { step, timeoutSeconds: 3600 },
  );
  const lines = Buffer.from(stdout).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

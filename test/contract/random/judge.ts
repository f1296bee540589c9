import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNamespace } from '../../../builder/host/base/namespace.ts';
import type { BaseTree } from '../support/base-tree.ts';

/** What the programs of a base found wrong with a node. */
export interface Verdict {
  readonly id: string;
  readonly complaints: readonly string[];
}

const enter = `
base=$1 trees=$2
mount --bind "$base" "$base"
mount --bind "$trees" "$base/mnt"
mount -t proc proc "$base/proc"
mount --rbind /dev "$base/dev"
mount -t tmpfs tmpfs "$base/media"
mount -t tmpfs tmpfs "$base/tmp"
mount -t tmpfs tmpfs "$base/run"
exec chroot "$base" python3 -B /mnt/judge.py < "$trees/jobs"`;

/**
 * Asks the programs of a base about nodes.
 *
 * @param trees - a folder with `jobs`: an object a line, `{"id", "tree"}`, where tree begins with /mnt/ for this folder
 */
export async function judgeTrees(base: BaseTree, trees: string): Promise<Verdict[]> {
  await copyFile(join(import.meta.dirname, 'judge.py'), join(trees, 'judge.py'));
  const { stdout } = await runInNamespace('sh', ['-euc', enter, 'sh', base.directory, trees], {
    step: 'ask the programs of the base about random nodes',
    timeoutSeconds: 3600,
  });
  return Buffer.from(stdout)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Verdict);
}

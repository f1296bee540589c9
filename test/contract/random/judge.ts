import { join } from 'node:path';
import { askInBase } from '../support/ask-in-base.ts';
import type { BaseTree } from '../support/base-tree.ts';

/** What the programs of a base found wrong with a node. */
export interface Verdict {
  readonly id: string;
  readonly complaints: readonly string[];
}

/** The script that runs inside the base; others import its way in. */
export const judgeScript = join(import.meta.dirname, 'judge.py');

/**
 * Asks the programs of a base about nodes.
 *
 * @param trees - a folder with `jobs`: an object a line, `{"id", "tree"}`, where tree begins with /mnt/ for this folder
 */
export async function judgeTrees(base: BaseTree, trees: string): Promise<Verdict[]> {
  return await askInBase<Verdict>(
    base,
    trees,
    [judgeScript],
    'ask the programs of the base about random nodes',
  );
}

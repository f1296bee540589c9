import { HostError } from '../../report/errors.ts';
import type { BaseImage } from './base.ts';
import { checkExt } from './check-filesystems.ts';

const shownLines = 5;

/**
 * Refuses an image whose root filesystem e2fsck finds damaged. debugfs would write into it without a word, and every
 * image that is made of it would be damaged, too.
 *
 * @param name - what the user calls the image: its file, or where it comes from
 * @throws HostError `image-has-errors`, or as `runTool` does
 */
export async function checkRootSound({ path, root }: BaseImage, name: string): Promise<void> {
  const { isClean, report } = await checkExt(path, root);
  if (isClean) return;
  const image = path === name ? name : 'IMAGE';
  throw new HostError(
    'image-has-errors',
    `the root filesystem (partition ${root.number}) of ${name} is damaged`,
    {
      hint: `repair a copy of it${path === name ? '' : ', unpacked'}: e2fsck -f '${image}?offset=${root.offsetBytes}'`,
      details: report.split('\n').filter(isFinding).slice(0, shownLines),
    },
  );
}

/** The findings among what e2fsck says; not its name, its passes, the answers it gives itself, and its sums. */
function isFinding(line: string): boolean {
  return line.trim() !== '' && !/^e2fsck \d|^Pass \d|^Fix\? no|\*{5}|^\S+: \d+\/\d+ files /.test(line);
}

import { leastBytesOf, type VirtualDisk } from '../virtual-disk.ts';
import { HostError } from '../../../report/errors.ts';
import { withImage } from '../../host/open-image.ts';
import { runTool, type RunOptions } from '../../../system/host/run-tool.ts';

/** No errors, nothing but space that is lost, and a kind that has no check. Source: qemu-img(1), "check" */
const wellCodes = [0, 3, 63];

/**
 * Refuses a disk of which a part is missing: its converter reads zeros there, without a word.
 *
 * @param source - the disk as qemu-img is told of it
 * @param head - the first bytes of its file
 * @throws HostError `image-damaged`, or as `runTool` does
 */
export async function checkDiskWhole(
  kind: VirtualDisk,
  path: string,
  { source, head }: { readonly source: string; readonly head: Buffer },
  run: RunOptions,
): Promise<void> {
  const sizeBytes = await withImage(path, (file) => Promise.resolve(file.sizeBytes));
  const least = leastBytesOf(kind, head);
  if (sizeBytes < least) throw notWhole(path, [`it has ${sizeBytes} bytes, but needs ${least}`]);
  const checked = await runTool('qemu-img', ['check', source], {
    ...run,
    acceptExitCodes: [1, 2, ...wellCodes],
  });
  if (wellCodes.includes(checked.exitCode)) return;
  const said = `${Buffer.from(checked.stdout).toString('utf8')}\n${checked.stderr}`;
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  throw notWhole(path, lines.slice(0, 5));
}

function notWhole(path: string, details: readonly string[]): HostError {
  return new HostError('image-damaged', `${path} is a disk of which a part is missing or wrong`, {
    hint: 'download or copy it again, from a machine that is shut down',
    details,
  });
}

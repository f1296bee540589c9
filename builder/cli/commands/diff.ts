import type { FileDifference, ImageDifference } from '../../check/diff/difference.ts';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { diffNamed } from '../../check/diff/host/diff-named.ts';
import { formatBytes } from '../../report/format-units.ts';
import { printLine, printResult, progressFor, type GlobalOptions } from '../terminal/console.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';

/** `dlimage diff IMAGE OTHER` */
export async function runDiff(
  first: string,
  second: string,
  options: GlobalOptions & { readonly cache?: string },
): Promise<void> {
  const difference = await diffNamed({
    first,
    second,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options),
    signal: abortOnInterruption(),
  });
  if (options.json === true) printResult(difference);
  else printLine(formatDifference(difference));
}

function formatDifference({ differingBytes, layout, partitions }: ImageDifference): string {
  if (differingBytes === 0 && layout.length === 0) return 'The images are the same.';
  const blocks = partitions.map(({ number, label, files, unread }) => [
    `partition ${number}${label === '' ? '' : ` (${label})`}`,
    ...(unread === null ? files.map(formatFile) : [`  ${unread}`]),
  ]);
  return [...layout, ...blocks.flat(), `${formatBytes(differingBytes)} differ.`].join('\n');
}

const marks = { added: '+', removed: '-', changed: '~' } as const;

function formatFile({ path, change, details }: FileDifference): string {
  return `  ${marks[change]} ${path}${details.length === 0 ? '' : `: ${details.join(', ')}`}`;
}

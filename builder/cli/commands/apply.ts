import { resolve } from 'node:path';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { applyDlpatch } from '../../artifact/host/apply-dlpatch.ts';
import { formatBytes } from '../../report/format-units.ts';
import { printLine, printResult, progressFor, type GlobalOptions } from '../terminal/console.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';

interface ApplyOptions extends GlobalOptions {
  readonly base?: string;
  readonly out?: string;
  readonly cache?: string;
}

/** `dlimage apply PATCH` */
export async function runApply(patch: string, options: ApplyOptions): Promise<void> {
  const outputPath = resolve(options.out ?? `${patch.replace(/\.dlpatch$/, '')}.img`);
  const written = await applyDlpatch({
    patchPath: resolve(patch),
    base: options.base,
    outputPath,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options),
    signal: abortOnInterruption(),
  });
  if (options.json === true) printResult({ path: outputPath, ...written });
  else if (options.quiet !== true) {
    printLine(`${shownPath(outputPath)}: ${formatBytes(written.sizeBytes)}, SHA-256 ${written.sha256}`);
  }
}

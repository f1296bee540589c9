import { join, relative, resolve } from 'node:path';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { findOutputs } from '../../check/verify/host/find-outputs.ts';
import { verifyOutput, type VerifiedFile } from '../../check/verify/host/verify-output.ts';
import { counted } from '../../report/shown.ts';
import { exitCode } from '../../report/errors.ts';
import { printLine, printResult, progressFor, type GlobalOptions } from '../terminal/console.ts';
import { formatTable } from '../../report/format-table.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';

interface VerifyOptions extends GlobalOptions {
  readonly fast?: boolean;
  readonly cache?: string;
}

/** `dlimage verify [PATH]`: exit code 3 when anything is wrong. */
export async function runVerify(path: string | undefined, options: VerifyOptions): Promise<void> {
  const request = {
    isQuick: options.fast === true,
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options),
    signal: abortOnInterruption(),
  };
  const here = process.cwd();
  const files: VerifiedFile[] = [];
  for (const output of path === undefined ? await findOutputs(here) : [resolve(path)]) {
    const verified = await verifyOutput({ ...request, path: output });
    // Files of several clusters may have one name.
    const prefix = path === undefined ? relative(here, output) : '';
    files.push(...verified.map((file) => ({ ...file, name: join(prefix, file.name) })));
  }
  const wrong = files.filter(({ problems }) => problems.length > 0);
  const code = wrong.length > 0 ? exitCode.host : exitCode.done;
  if (options.json === true) printResult({ files, wrong: wrong.length }, code);
  else if (options.quiet !== true || wrong.length > 0) printLine(formatFiles(files, wrong));
  process.exitCode = code;
}

function formatFiles(files: readonly VerifiedFile[], wrong: readonly VerifiedFile[]): string {
  const rows = files.map(({ name, problems, checks }) => [
    name,
    problems.length === 0 ? 'good' : 'WRONG',
    problems.length === 0 ? checks.join(', ') : problems.join('; '),
  ]);
  const summary =
    wrong.length === 0
      ? `${counted(files.length, 'file')}, all good.`
      : `${wrong.length} of ${files.length} files are wrong.`;
  return `${formatTable(['file', '', ''], rows)}\n\n${summary}`;
}

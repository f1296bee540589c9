import { runTool } from '../../../system/host/run-tool.ts';

/**
 * Files, directories and links in Debian packages. Directories that several have are counted for each.
 *
 * @throws HostError as `runTool` does
 */
export async function countFiles(
  packages: readonly { readonly hostPath: string }[],
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  for (const { hostPath } of packages) {
    const { stdout } = await runTool('dpkg-deb', ['--contents', hostPath], {
      step: 'count the files of a package',
      signal,
    });
    count += new TextDecoder().decode(stdout).split('\n').length - 1;
  }
  return count;
}

import { isBuilt } from '../../../builder/cluster/model/base-traits.ts';
import { ensureBase } from '../../../builder/base/host/ensure-base.ts';
import { readSoundBase } from '../../../builder/base/host/base-cache.ts';
import { readBaseFiles } from '../../../builder/base/host/base-files.ts';
import { baseKey } from '../../../builder/base/host/base-key.ts';
import type { BaseRequest } from '../../../builder/base/base-request.ts';
import type { BasePartition, BuiltBase } from '../../../builder/base/host/built-base.ts';
import { cacheDirectory } from '../../../builder/system/host/cache-directory.ts';
import { silentProgress } from '../../../builder/system/host/progress.ts';
import { readShippedCatalogue } from '../../../builder/cluster/host/read-catalogue.ts';
import { run } from './programs.ts';

/**
 * Bases that tests look at: those of `alwaysBuilt` (as `definition platform-architecture`), which are built when the
 * cache lacks them, and every other one that is in the cache already.
 */
export async function wantedBases(alwaysBuilt: ReadonlySet<string>): Promise<[string, BaseRequest][]> {
  const { profiles, bases } = await readShippedCatalogue();
  const wanted = new Map<string, BaseRequest>();
  for (const { bases: names, platform, architecture } of profiles.values()) {
    for (const definitionName of names) {
      const definition = bases.get(definitionName);
      if (definition !== undefined && !isBuilt(definition)) continue;
      if (definition === undefined)
        throw new Error(`a profile names a base that is not shipped: ${definitionName}`);
      const name = `${definitionName} ${platform}-${architecture}`;
      const request: BaseRequest = { definitionName, definition, platform, architecture, extraPackages: [] };
      const directory = `${cacheDirectory(undefined)}/bases/${baseKey(request, await readBaseFiles(request))}`;
      const cached = await readSoundBase(directory);
      if (cached !== undefined || alwaysBuilt.has(name)) wanted.set(name, request);
    }
  }
  return [...wanted];
}

/** A base, read with debugfs and mtools. */
export interface BaseReader {
  readonly base: BuiltBase;
  partition(role: BasePartition['role']): BasePartition;
  debugfs(command: string): string;
  /** Names in a directory of the root partition. */
  list(directory: string): string[];
  bootFile(path: string): Buffer;
  /** Paths of all files and directories of the boot partition; directories end in `/`. */
  listBoot(): string[];
}

/** Opens a base for reading; builds it when the cache lacks it. */
export async function openBase(request: BaseRequest): Promise<BaseReader> {
  const base = await ensureBase(request, {
    cacheDirectory: cacheDirectory(undefined),
    progress: silentProgress,
  });
  const partition = (role: BasePartition['role']): BasePartition => {
    const found = base.partitions.find((candidate) => candidate.role === role);
    if (found === undefined) throw new Error(`${base.imagePath} has no ${role} partition`);
    return found;
  };
  const debugfs = (command: string): string =>
    run('debugfs', ['-R', command, `${base.imagePath}?offset=${partition('root').offsetBytes}`]).toString(
      'utf8',
    );
  const boot = `${base.imagePath}@@${partition('boot').offsetBytes}`;
  return {
    base,
    partition,
    debugfs,
    list: (directory) =>
      debugfs(`ls -p ${directory}`)
        .split('\n')
        .map((line) => line.split('/')[5] ?? '')
        .filter((name) => !/^\.*$/.test(name)),
    bootFile: (path) => run('mtype', ['-i', boot, `::/${path}`]),
    listBoot: () =>
      run('mdir', ['-b', '-/', '-i', boot, '::'])
        .toString('utf8')
        .split('\n')
        .map((line) => line.replace(/^::\//, '')),
  };
}

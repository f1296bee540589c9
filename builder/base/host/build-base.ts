import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { hashFile } from '../../system/host/hash-file.ts';
import type { Task } from '../../system/host/progress.ts';
import { assembleImage, type BuildPaths } from './assemble-image.ts';
import { removeTree } from './base-cache.ts';
import { writeBaseFiles } from './base-files.ts';
import type { BaseFiles } from './base-key.ts';
import type { BaseRequest } from '../base-request.ts';
import type { BuildBaseOptions } from './run-mmdebstrap.ts';
import { writeBaseRecord } from './record-image.ts';
import {
  type BasePackage,
  parseDpkgStatus,
  unfinishedPackages,
} from '../../system/debian-packages/dpkg-status.ts';
import { planDiskLayout } from './disk-layout.ts';
import { installPackages } from './install-packages.ts';
import { runInNamespace } from '../../system/host/namespace.ts';

/**
 * Builds a base inside `directory`, which exists and is empty, and leaves there `base.img` and `base.json`, no more.
 *
 * @throws HostError `base-target-unknown` when the definition has no such target, `base-unsound` when the finished
 *   tree is not what its packages say, and what mmdebstrap and the file system tools throw.
 */
export async function buildBase(
  request: BaseRequest,
  key: string,
  files: BaseFiles,
  directory: string,
  options: BuildBaseOptions,
): Promise<void> {
  const started = performance.now();
  const targetName = `${request.platform}-${request.architecture}`;
  const sizes = request.definition.platforms[targetName];
  if (sizes === undefined) {
    throw new HostError(
      'base-target-unknown',
      `base ${request.definitionName} is not made for ${targetName}`,
      {
        hint: `it is made for ${Object.keys(request.definition.platforms).join(', ')}`,
      },
    );
  }
  options.progress.note(
    `Building the base ${request.definitionName} for ${targetName}: once for all clusters, some minutes`,
  );
  const work = join(directory, 'work');
  const paths = buildPaths(directory, work);
  await writeBaseFiles(files, paths.files);
  await inTask(options, 'Base: install packages', (task) => installPackages(request, paths, options, task));
  const { epochSeconds, packages } = await inTask(options, 'Base: check and clean', () =>
    sealTree(paths, options),
  );
  const layout = planDiskLayout(
    request,
    { imageSizeMb: sizes.image_size_mb, bootSizeMb: sizes.boot_size_mb },
    key,
  );
  await inTask(options, 'Base: make the image', () =>
    assembleImage(request, paths, {
      layout,
      epochSeconds,
      signal: options.signal,
    }),
  );
  const sha256 = await inTask(options, 'Base: hash the image', () =>
    hashFile(paths.imagePath, { signal: options.signal }),
  );
  await removeTree(work);
  await writeBaseRecord(directory, {
    key,
    definitionName: request.definitionName,
    platform: request.platform,
    architecture: request.architecture,
    sha256,
    sizeBytes: layout.sizeBytes,
    table: layout.table,
    partitions: layout.partitions,
    packages,
    extraPackages: [...new Set(request.extraPackages)].toSorted(),
    epochSeconds,
    buildSeconds: Math.round((performance.now() - started) / 1000),
  });
}

function buildPaths(directory: string, work: string): BuildPaths {
  return {
    imagePath: join(directory, 'base.img'),
    files: join(work, 'files'),
    tree: join(work, 'rootfs'),
    standIns: join(work, 'stand-ins'),
    bootTree: join(work, 'boot'),
    loader: join(work, 'loader'),
  };
}

async function sealTree(
  paths: BuildPaths,
  options: BuildBaseOptions,
): Promise<{ epochSeconds: number; packages: BasePackage[] }> {
  const epochSeconds = await newestPackageTime(paths.tree);
  const report = join(paths.files, 'report');
  try {
    await runInNamespace('sh', [join(paths.files, 'build/seal.sh'), paths.tree], {
      step: 'check the finished tree',
      timeoutSeconds: 900,
      env: { SOURCE_DATE_EPOCH: String(epochSeconds), DLIMAGE_REPORT: report },
      signal: options.signal,
    });
  } catch (error) {
    const found = await readFile(report, 'utf8').catch(() => '');
    if (found === '') throw error;
    throw new HostError('base-unsound', 'the finished tree is not what its packages say', {
      hint: 'this is a mistake in the build of the base: please report it with the lines above',
      details: found.trimEnd().split('\n').slice(0, 20),
      cause: error,
    });
  }
  const status = await readFile(join(paths.tree, 'var/lib/dpkg/status'), 'utf8');
  const unfinished = unfinishedPackages(status);
  if (unfinished.length > 0) {
    throw new HostError('base-unsound', `packages are not fully installed: ${unfinished.join(', ')}`);
  }
  return { epochSeconds, packages: parseDpkgStatus(status) };
}

/** The newest file that came from a package: the latest moment at which the base's content can have been made. */
async function newestPackageTime(tree: string): Promise<number> {
  const documents = join(tree, 'usr/share/doc');
  const times = await Promise.all(
    (await readdir(documents)).map((name) =>
      stat(join(documents, name, 'copyright')).then(
        (status) => Math.floor(status.mtimeMs / 1000),
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}

async function inTask<T>(
  options: BuildBaseOptions,
  title: string,
  work: (task: Task) => Promise<T>,
): Promise<T> {
  const task = options.progress.task(title);
  try {
    const result = await work(task);
    task.done();
    return result;
  } catch (error) {
    task.fail();
    throw error;
  }
}

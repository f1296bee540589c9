import {
  inspectImage,
  listImagePath,
  readImageFile,
  statImagePath,
  type ImageReport,
} from '../../host/image/inspect-image.ts';
import type { ImageFile } from '../../host/image/image-files.ts';
import type { ImagePartition } from '../../image/layout.ts';
import { HostError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';
import { printLine, printResult, type GlobalOptions } from '../console.ts';
import { formatTable } from '../../report/format-table.ts';

/** `dlimage inspect IMAGE [PATH]`: an overview, a directory, or the bytes of a file on stdout. */
export async function runInspect(
  image: string,
  path: string | undefined,
  options: GlobalOptions,
): Promise<void> {
  if (path === undefined) await showImage(image, options);
  else await showPath(image, path, options);
}

async function showImage(image: string, options: GlobalOptions): Promise<void> {
  const report = await inspectImage(image);
  if (options.json === true) {
    printResult(report);
    return;
  }
  printLine(formatOverview(report));
  for (const { partition, directory, files } of report.seeds) {
    for (const name of files) {
      const address = `${partition.number}:${directory.replace(/\/$/, '')}/${name}`;
      const text = (await readImageFile(image, address)).toString('utf8').trimEnd();
      printLine(`\nseed ${address}\n${text.replaceAll(/^(?=.)/gm, '  ')}`);
    }
  }
}

function formatOverview({ path, layout, roles, rolesProblem }: ImageReport): string {
  const roleOf = ({ number }: ImagePartition): string =>
    roles?.root.number === number ? 'root' : roles?.boot?.number === number ? 'boot' : '';
  const rows = layout.partitions.map((partition) => {
    const { kind, label, uuid, freeBytes } = partition.filesystem;
    return [
      String(partition.number),
      roleOf(partition),
      formatBytes(partition.offsetBytes),
      formatBytes(partition.sizeBytes),
      kind,
      label,
      freeBytes === null ? '' : formatBytes(freeBytes),
      uuid,
      partition.partuuid,
    ];
  });
  const table = layout.table === 'none' ? 'no partition table' : layout.table.toUpperCase();
  return [
    `${path}: ${formatBytes(layout.sizeBytes)}, ${table}, sectors of ${layout.sectorSize} bytes`,
    '',
    formatTable(
      ['number', 'role', 'offset', 'size', 'file system', 'label', 'free', 'UUID', 'PARTUUID'],
      rows,
    ),
    ...(rolesProblem === null ? [] : ['', `not usable as a base: ${rolesProblem}`]),
  ].join('\n');
}

async function showPath(image: string, path: string, options: GlobalOptions): Promise<void> {
  const found = await statImagePath(image, path);
  if (found === null) {
    throw new HostError('image-path-missing', `${image} has no ${path}`, {
      hint: `list what is there: dlimage inspect ${image} /`,
    });
  }
  const files = found.kind === 'file' ? undefined : await listOrRead(image, path, found);
  if (options.json === true) printResult({ image, path, files: files ?? [found] });
  else if (files === undefined) process.stdout.write(await readImageFile(image, path));
  else printLine(formatTable(['mode', 'owner', 'size', 'modified', 'name'], files.map(formatFile)));
}

/** The listing of a directory; undefined for a link that leads to a file. */
async function listOrRead(
  image: string,
  path: string,
  found: ImageFile,
): Promise<readonly ImageFile[] | undefined> {
  try {
    return await listImagePath(image, path);
  } catch (error) {
    if (found.kind === 'symlink' && error instanceof HostError && error.id === 'image-wrong-kind')
      return undefined;
    throw error;
  }
}

function formatFile({ name, kind, mode, uid, gid, sizeBytes, mtimeSeconds, target }: ImageFile): string[] {
  const letter = { file: '-', directory: 'd', symlink: 'l', other: '?' }[kind];
  return [
    mode === null ? letter : `${letter}${(mode & 0o7777).toString(8).padStart(4, '0')}`,
    uid === null || gid === null ? '' : `${uid}:${gid}`,
    kind === 'directory' ? '' : String(sizeBytes),
    new Date(mtimeSeconds * 1000).toISOString().slice(0, 19).replace('T', ' '),
    target === null ? name : `${name} -> ${target}`,
  ];
}

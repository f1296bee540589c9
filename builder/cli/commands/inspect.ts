import {
  inspectImage,
  listImagePath,
  readImageFile,
  statImagePath,
  type ImageReport,
} from '../../check/inspect/host/inspect-image.ts';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { withUnpackedImage } from '../../artifact/host/with-unpacked.ts';
import type { ImageFile } from '../../image/host/image-files.ts';
import { parseImageAddress } from '../../image/image-address.ts';
import type { ImagePartition } from '../../image/layout.ts';
import { HostError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';
import { printLine, printResult, progressFor, type GlobalOptions } from '../terminal/console.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';
import { formatTable } from '../../report/format-table.ts';

type InspectOptions = GlobalOptions & { readonly cache?: string };

/** An image as it is called, and where its raw bytes are. */
interface Inspected {
  readonly name: string;
  readonly raw: string;
}

/** `dlimage inspect IMAGE [PATH]`: an overview, a directory, or the bytes of a file on stdout. */
export async function runInspect(
  image: string,
  path: string | undefined,
  options: InspectOptions,
): Promise<void> {
  const context = {
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options),
    signal: abortOnInterruption(),
  };
  // A wrong path is refused before an image is unpacked for it.
  if (path !== undefined) parseImageAddress(path);
  await withUnpackedImage(image, context, async (raw) => {
    const inspected = { name: image, raw };
    await (path === undefined ? showImage(inspected, options) : showPath(inspected, path, options));
  });
}

async function showImage({ name, raw }: Inspected, options: GlobalOptions): Promise<void> {
  const found = await inspectImage(raw);
  const rolesProblem = found.rolesProblem?.replaceAll(raw, name) ?? null;
  const report = { ...found, path: name, rolesProblem };
  if (options.json === true) {
    printResult(report);
    return;
  }
  printLine(formatOverview(report));
  for (const { partition, directory, files, wins } of report.seeds) {
    const note = report.roles !== null && !wins ? ', which cloud-init does not take' : '';
    for (const file of files) {
      const address = `${partition.number}:${directory.replace(/\/$/, '')}/${file}`;
      const text = await readSeedFile(raw, address);
      printLine(`\nseed ${address}${note}\n${text.replaceAll(/^(?=.)/gm, '  ')}`);
    }
  }
}

/** HypriotOS has links into its boot partition, which lead nowhere in the root filesystem alone. */
async function readSeedFile(raw: string, address: string): Promise<string> {
  const target = (await statImagePath(raw, address))?.target ?? null;
  if (target !== null) return `(a link to ${target})`;
  return (await readImageFile(raw, address)).toString('utf8').trimEnd();
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

async function showPath({ name, raw }: Inspected, path: string, options: GlobalOptions): Promise<void> {
  const found = await statImagePath(raw, path);
  if (found === null) {
    throw new HostError('image-path-missing', `${name} has no ${path}`, {
      hint: `list what is there: dlimage inspect ${name} /`,
    });
  }
  const files = found.kind === 'file' ? undefined : await listOrRead(raw, path, found);
  if (options.json === true) printResult({ image: name, path, files: files ?? [found] });
  else if (files === undefined) process.stdout.write(await readImageFile(raw, path));
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

import { rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isBox, type ImageFormat } from '../../../image/image-format.ts';
import { HostError } from '../../../report/errors.ts';
import { OutputDirectory } from '../../../make/host/output/output-directory.ts';
import type { ManifestItem } from '../../../make/host/output/output-records.ts';
import { packingOf, unpackImage, type UnpackContext } from '../../../artifact/host/unpack-image.ts';
import { hashFile } from '../../../system/host/hash-file.ts';
import { isInPrivateTemporary, makePrivateTemporary } from '../../../system/host/private-temporary.ts';
import type { Progress } from '../../../system/host/progress.ts';
import { checkBmap } from './check-bmap.ts';
import { checkImage, expectedNode, type ExpectedNode } from './check-image.ts';

type ManifestFile = ManifestItem['files'][number];

/** Request to verify an output directory. */
export interface VerifyRequest {
  /** An output directory, or one file. */
  readonly path: string;
  /** True compares checksums only. */
  readonly isQuick: boolean;
  readonly cacheDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** One file with all that is wrong with it. */
export interface VerifiedFile {
  readonly name: string;
  readonly problems: readonly string[];
  /** Summary of what is right, in a few words. */
  readonly checks: readonly string[];
}

/**
 * Checks that files are what their manifest says: checksums; the image in each file; its filesystems, with their own
 * checkers; and that it is the node it is said to be. A file without a manifest is checked by itself.
 *
 * @throws HostError `nothing-to-verify`, `manifest-damaged`, or when the path cannot be read
 */
export async function verifyOutput(request: VerifyRequest): Promise<VerifiedFile[]> {
  const isDirectory = await stat(request.path).then(
    (status) => status.isDirectory(),
    (cause: unknown) => {
      throw new HostError('nothing-to-verify', `there is no ${request.path}`, {
        hint: 'check the path',
        cause,
      });
    },
  );
  const directory = isDirectory ? request.path : dirname(request.path);
  const temporary = await makePrivateTemporary(join(request.cacheDirectory, 'unpacked'));
  try {
    const context = { ...request, directory: temporary.path };
    const output = await OutputDirectory.read(directory);
    const name = isDirectory ? null : basename(request.path);
    const items: readonly ManifestItem[] = output.shared ? [output.shared, ...output.nodes] : output.nodes;
    const listed = items.filter(({ files }) => name === null || files.some((file) => file.name === name));
    if (listed.length === 0 && name !== null) return [await verifyAlone(request.path, context)];
    if (output.header === undefined || listed.length === 0) {
      if (output.unreadableRecords > 0) return journalDamage(output);
      throw new HostError(
        'nothing-to-verify',
        `${directory} holds no images of dlimage: it has no manifest`,
        {
          hint: 'give the directory that dlimage build wrote, or an image file',
        },
      );
    }
    const results: VerifiedFile[] = name === null ? journalDamage(output) : [];
    for (const item of listed) {
      const files = item.files.filter((file) => name === null || file.name === name);
      // The image for all nodes is none of them.
      const expected = 'role' in item ? expectedNode(output.header.cluster, item) : null;
      const ownContext = { ...context, baseSha256: output.baseOf(item)?.sha256 };
      results.push(...(await verifyItem({ directory, item, files, expected, request, context: ownContext })));
    }
    return results;
  } finally {
    await temporary.remove();
  }
}

/** Files whose records were lost cannot be told from others. */
function journalDamage({ unreadableRecords }: OutputDirectory): VerifiedFile[] {
  if (unreadableRecords === 0) return [];
  const what = unreadableRecords === 1 ? '1 record' : `${unreadableRecords} records`;
  const problem = `${what} of the last build cannot be read: files may be here that are not listed; build again`;
  return [{ name: '.journal', problems: [problem], checks: [] }];
}

interface ItemCheck {
  readonly directory: string;
  readonly item: ManifestItem;
  readonly files: readonly ManifestFile[];
  /** Null for the image that is for all nodes. */
  readonly expected: ExpectedNode | null;
  readonly request: VerifyRequest;
  readonly context: UnpackContext;
}

async function verifyItem(check: ItemCheck): Promise<VerifiedFile[]> {
  const results: VerifiedFile[] = [];
  const task = check.request.progress.task(`Verify ${check.item.name}`);
  for (const file of check.files) {
    check.request.signal?.throwIfAborted();
    task.line(file.name);
    results.push(await verifyFile(file, check));
  }
  if (results.some(({ problems }) => problems.length > 0)) task.fail();
  else task.done();
  return results;
}

async function verifyFile(file: ManifestFile, check: ItemCheck): Promise<VerifiedFile> {
  const path = join(check.directory, file.name);
  const size = await stat(path).then(
    (status) => status.size,
    () => null,
  );
  if (size === null) return { name: file.name, problems: ['it is missing'], checks: [] };
  if (size !== file.sizeBytes) {
    return { name: file.name, problems: [`it has ${size} bytes, not ${file.sizeBytes}`], checks: [] };
  }
  const sha256 = await hashFile(path, { signal: check.request.signal });
  if (sha256 !== file.sha256) {
    return { name: file.name, problems: ['its SHA-256 is not that of the manifest'], checks: [] };
  }
  const isPlain = isBox(file.format) || file.format === 'seed-iso';
  if (check.request.isQuick || isPlain) return { name: file.name, problems: [], checks: ['checksum'] };
  const deep =
    file.format === 'img.bmap' ? await verifyMap(path, check) : await verifyContent(path, file, check);
  return { name: file.name, ...deep, checks: ['checksum', ...deep.checks] };
}

async function verifyContent(
  path: string,
  { format }: ManifestFile,
  { item, expected, context }: ItemCheck,
): Promise<Omit<VerifiedFile, 'name'>> {
  return withUnpacked(path, context, async (raw) => {
    const isKnown = item.imageSha256 !== null && format !== 'img';
    if (isKnown && (await hashFile(raw)) !== item.imageSha256) {
      return { problems: ['the image in it is not that of the manifest'], checks: [] };
    }
    const { problems, checks } = await checkImage(raw, expected, context.directory);
    return { problems, checks: [...(isKnown ? ['image'] : []), ...checks] };
  });
}

/** The image that a map belongs to may be there in any format; the first that is stands for all. */
async function verifyMap(
  path: string,
  { directory, item, context }: ItemCheck,
): Promise<Omit<VerifiedFile, 'name'>> {
  const wholes: readonly ImageFormat[] = [
    ...(['img', 'img.zst', 'img.gz', 'qcow2', 'vmdk', 'vdi', 'vhdx', 'img.xz', 'dlpatch'] as const),
  ];
  const image = wholes.flatMap((format) => item.files.find((file) => file.format === format) ?? [])[0];
  if (image === undefined) return { problems: [], checks: [] };
  return withUnpacked(join(directory, image.name), context, async (raw) => ({
    problems: await checkBmap(path, raw),
    checks: ['ranges'],
  }));
}

/** A patch whose base is not on this machine can only be held against its own digest. */
async function verifyAlone(path: string, context: UnpackContext): Promise<VerifiedFile> {
  if (isInPrivateTemporary(path)) {
    return {
      name: basename(path),
      problems: ['it was left unfinished by a build that was killed'],
      checks: [],
    };
  }
  const packing = await packingOf(path);
  const checked = await withUnpacked(path, context, async (raw) => {
    const { problems, checks } = await checkImage(raw, null, context.directory);
    return { problems, checks: [...(packing === 'raw' ? [] : [packing]), ...checks] };
  });
  return { name: basename(path), ...checked };
}

async function withUnpacked(
  path: string,
  context: UnpackContext,
  use: (raw: string) => Promise<Omit<VerifiedFile, 'name'>>,
): Promise<Omit<VerifiedFile, 'name'>> {
  let raw = path;
  try {
    raw = await unpackImage(path, 'unpacked', context);
    return await use(raw);
  } catch (error) {
    if (!(error instanceof HostError) || error.id === 'disk-full') throw error;
    if (error.id === 'patch-base-missing') return { problems: [], checks: ['patch (its base is not here)'] };
    return { problems: [error.message], checks: [] };
  } finally {
    if (raw !== path) await rm(raw, { force: true });
  }
}

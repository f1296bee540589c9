import { join, resolve } from 'node:path';
import type { VendorDefinition } from '../../../cluster/model/base-traits.ts';
import { chooseFile, parseChecksumList, type ListedFile } from '../../download/checksum-list.ts';
import { isPlainFileName } from '../../../image/plain-file-name.ts';
import { HostError } from '../../../report/errors.ts';
import { makePrivateDirectory, readTextIfExists, writeFileAtomically } from '../../../system/host/files.ts';
import { packageRoot } from '../../../system/host/package-root.ts';
import { downloadsDirectory, type DownloadOptions, type WantedFile } from './ensure-download.ts';
import { fetchDocument } from './fetch-document.ts';
import { usualPatience } from './patience.ts';
import { verifySignature } from './verify-signature.ts';

/** A base definition's entry for one image. */
export type VendorImage = VendorDefinition['vendor']['images'][string];

/** Failures after which what the list said last time is still good. */
const withoutNetwork = [
  'download-unreachable',
  'download-untrusted',
  'download-stalled',
  'download-cut',
  'download-server-busy',
];

/**
 * Which file an image is today, and its digest: from the definition, or from the publisher's list of checksums, whose
 * signature is checked where there is one. Without a network it is what the list said last.
 *
 * @throws HostError as `fetchDocument` and `verifySignature` do; `download-not-listed`; `download-offline`.
 */
export async function findImage(
  title: string,
  image: VendorImage,
  options: DownloadOptions,
): Promise<WantedFile> {
  const urlsOf = (name: string) => image.directories.map((directory) => `${directory}${encodePath(name)}`);
  if (image.sha256 !== undefined) {
    const digest = { algorithm: 'sha256', hex: image.sha256 } as const;
    return { name: image.file, urls: urlsOf(image.file), digest };
  }
  const note = join(downloadsDirectory(options.cacheDirectory), `${title.replaceAll(/[^\w.-]/g, '-')}.json`);
  const listed = await readListOrRemember(title, image, note, options);
  return { ...listed, urls: urlsOf(listed.name) };
}

async function readListOrRemember(
  title: string,
  image: VendorImage,
  note: string,
  options: DownloadOptions,
): Promise<ListedFile> {
  if (options.isOffline !== true) {
    try {
      const listed = await readList(image, options);
      await makePrivateDirectory(downloadsDirectory(options.cacheDirectory));
      await writeFileAtomically(note, JSON.stringify(listed));
      return listed;
    } catch (error) {
      if (!(error instanceof HostError) || !withoutNetwork.includes(error.id)) throw error;
      const remembered = await readNote(note);
      if (remembered === null) throw error;
      options.progress.note(`${error.message}; ${title} is taken as it was last time: ${remembered.name}`);
      return remembered;
    }
  }
  const remembered = await readNote(note);
  if (remembered !== null) return remembered;
  throw new HostError(
    'download-offline',
    `${title} was never downloaded here, and nothing is with --offline`,
    {
      hint: 'leave --offline out once, or name an image that is here with --base-image',
    },
  );
}

async function readNote(path: string): Promise<ListedFile | null> {
  const text = await readTextIfExists(path);
  try {
    const note: unknown = JSON.parse(text ?? 'null');
    return isListedFile(note) ? note : null;
  } catch {
    // Cut off or damaged: as if there were none.
    return null;
  }
}

function isListedFile(note: unknown): note is ListedFile {
  if (typeof note !== 'object' || note === null || !('name' in note) || !('digest' in note)) return false;
  const { algorithm, hex } = note.digest as Partial<ListedFile['digest']>;
  return (
    isPlainFileName(note.name) &&
    (algorithm === 'sha256' || algorithm === 'sha512') &&
    typeof hex === 'string' &&
    /^([0-9a-f]{64}){1,2}$/.test(hex)
  );
}

/** Of several directories the first that answers. */
async function readList(image: VendorImage, options: DownloadOptions): Promise<ListedFile> {
  const failures: unknown[] = [];
  for (const directory of image.directories) {
    try {
      return await readListAt(directory, image, options);
    } catch (error) {
      if (!(error instanceof HostError) || options.signal?.aborted === true) throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}

async function readListAt(
  directory: string,
  image: VendorImage,
  { cacheDirectory, patience = usualPatience, signal }: DownloadOptions,
): Promise<ListedFile> {
  const { checksums, signature, keyring } = image;
  if (checksums === undefined)
    throw new Error(`the definition of ${image.file} has neither sha256 nor checksums`);
  const url = `${directory}${encodePath(checksums)}`;
  const document = await fetchDocument(url, patience, signal);
  if (signature !== undefined && keyring !== undefined) {
    const bytes = await fetchDocument(`${directory}${encodePath(signature)}`, patience, signal);
    const keyringPath = resolve(packageRoot, 'profiles/bases/keys', keyring);
    await verifySignature(
      { name: url, document, signature: bytes, keyringPath },
      downloadsDirectory(cacheDirectory),
    );
  }
  const listed = chooseFile(parseChecksumList(document.toString('utf8')), image.file);
  if (listed !== undefined) return listed;
  throw new HostError('download-not-listed', `${url} lists no file ${image.file}`, {
    hint: 'the publisher has moved or renamed it: a newer dlimage may know, or name the image with --base-image',
  });
}

/** File names have `+` in them, which means itself in a path. */
function encodePath(name: string): string {
  return encodeURIComponent(name).replaceAll('%2B', '+');
}

import sevenZip from 'node-7z';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { HostError } from '../../../report/errors.ts';
import { runTool } from '../../../system/host/run-tool.ts';
import { memoryOfMethod } from './archive-memory.ts';
import type { Member } from './choose-image.ts';
import { encryptedImage } from './encrypted-image.ts';

/** The one error for an archive that is not whole. */
export function damagedArchive(path: string, details: readonly string[], cause?: unknown): HostError {
  return new HostError('image-damaged', `${path} cannot be read as an archive`, {
    hint: 'download it again',
    details,
    cause,
  });
}

/**
 * The files in a zip or 7z archive. Directories and links are none.
 *
 * @throws HostError `image-damaged` when the archive cannot be read, `image-encrypted` when not even its list can be, or as
 *   `runTool` does
 */
export async function listArchive(path: string, signal?: AbortSignal): Promise<Member[]> {
  // -p: an empty password, so that 7zz asks for none.
  const { stdout } = await runTool('7zz', ['l', '-slt', '-p', '--', path], {
    step: `list ${path}`,
    timeoutSeconds: 600,
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof HostError) || error.id !== 'tool-failed') throw error;
    if (error.details.some((line) => line.includes('encrypted archive'))) throw encryptedImage(path);
    throw damagedArchive(path, error.details, error);
  });
  try {
    return parseListing(path, stdout).flatMap(fileIn);
  } catch (error) {
    throw damagedArchive(path, ['its list of files makes no sense'], error);
  }
}

/**
 * What `7zz l -slt` says of each member. node-7z reads it, but does not start the program: only `runTool` does, with its
 * time limit and its hint.
 */
function parseListing(path: string, stdout: Uint8Array): ReadonlyMap<unknown, unknown>[] {
  const finished = Object.assign(new EventEmitter(), {
    stdout: new EventEmitter(),
    stderr: new EventEmitter(),
  }) as unknown as ChildProcess;
  const listing = sevenZip.list(path, { techInfo: true, $defer: true, $childProcess: finished });
  sevenZip.listen(listing);
  finished.stdout?.emit('data', Buffer.from(stdout));
  const members: ReadonlyMap<unknown, unknown>[] = [];
  for (let item = nextOf(listing); item !== null; item = nextOf(listing)) members.push(item.techInfo);
  return members;
}

function nextOf(listing: sevenZip.ZipStream): { readonly techInfo: ReadonlyMap<unknown, unknown> } | null {
  return listing.read() as { readonly techInfo: ReadonlyMap<unknown, unknown> } | null;
}

function fileIn(fields: ReadonlyMap<unknown, unknown>): Member[] {
  const field = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  // A link is told by its Unix mode, whatever the archive; a directory of some kinds by its attribute only.
  const isFile = field('Folder') !== '+' && !/^\S*D|(^| )l/.test(field('Attributes'));
  const name = field('Path');
  const memoryBytes = memoryOfMethod(field('Method'));
  const isEncrypted = field('Encrypted') === '+';
  return isFile ? [{ name, sizeBytes: Number(field('Size')), memoryBytes, isEncrypted }] : [];
}

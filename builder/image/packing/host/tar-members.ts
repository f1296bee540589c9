import { HostError } from '../../../report/errors.ts';
import { runTool } from '../../../system/host/run-tool.ts';
import { damagedArchive } from './archive-members.ts';
import type { Member } from './choose-image.ts';

/** A name with a colon is no other machine, and all names are taken as they are. */
const plainNames = ['--force-local', '--absolute-names'];

/**
 * The plain files in a tar archive, sparse ones with their full size. Links and devices are none.
 *
 * @throws HostError `image-damaged` when the archive cannot be read, or as `runTool` does
 */
export async function listTar(path: string, signal?: AbortSignal): Promise<Member[]> {
  const shown = ['--verbose', '--numeric-owner', '--full-time', '--quoting-style=escape'];
  const { stdout } = await runTool('tar', ['--list', ...plainNames, ...shown, `--file=${path}`], {
    step: `list ${path}`,
    timeoutSeconds: 600,
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof HostError) || error.id !== 'tool-failed') throw error;
    throw damagedArchive(path, error.details, error);
  });
  return parseTarListing(Buffer.from(stdout));
}

/** Arguments of tar that print one file of an archive, with zeros for its holes: of several of one name the first. */
export function tarArguments(path: string, name: string): string[] {
  const exactName = ['--no-wildcards', '--no-unquote', '--occurrence=1'];
  return ['--extract', '--to-stdout', ...plainNames, ...exactName, `--file=${path}`, '--', name];
}

/** Source: GNU tar manual, "Listing member and file names"; a time that no calendar has is a number. */
const plainFile = /^-\S+ \S+ +(\d+) (?:\d+-\d\d-\d\d \S+|-?[\d.]+) (.*)$/;

function parseTarListing(listing: Buffer): Member[] {
  const lines = listing.toString('latin1').split('\n');
  return lines.flatMap((line) => {
    const [, size, name] = plainFile.exec(line) ?? [];
    if (size === undefined || name === undefined) return [];
    return [{ name: unescapeName(name), sizeBytes: Number(size), memoryBytes: 0 }];
  });
}

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Bytes in octal, control characters as in C. */
function unescapeName(escaped: string): string {
  const bytes = escaped.replaceAll(/\\([0-7]{3}|.)/g, (_all, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

import { createHash } from 'node:crypto';
import { HostError } from '../../../report/errors.ts';

const formatVersion = 1;

/** Makes the error that says what is wrong with a file of the store. */
export type Damaged = (what: string) => HostError;

/** Contents of a store file whose checksum is right. */
export interface CheckedFile<T> {
  readonly contents: T;
  readonly damaged: Damaged;
}

/** Text of a store file: the contents with a version and a checksum over them. */
export function formatStored(contents: object): string {
  return `${JSON.stringify({ version: formatVersion, sha256: digestOf(contents), ...contents }, null, 2)}\n`;
}

/**
 * Reads what `formatStored` wrote; that the contents are a `T` is what the checksum stands for.
 *
 * @throws HostError `identity-damaged` or `identity-version`; nothing is ever repaired or replaced.
 */
export function parseStored<T extends object>(text: string, file: string): CheckedFile<T> {
  const damaged: Damaged = (what) =>
    new HostError('identity-damaged', `${file} is damaged: ${what}`, {
      hint: 'restore it from a backup; only if there is none, move it away: the next build then makes a new identity, and the node joins as a new one',
    });
  let stored: { version: number; sha256: string } & T;
  try {
    stored = JSON.parse(text) as typeof stored;
  } catch {
    // The parser's own words quote the text, which holds keys.
    throw damaged(text === '' ? 'it is empty' : 'it is not JSON');
  }
  if (stored === null || typeof stored !== 'object') throw damaged('it is not a JSON object');
  const { version, sha256, ...contents } = stored;
  if (version !== formatVersion) {
    throw new HostError(
      'identity-version',
      `${file} has format version ${version}; this dlimage reads ${formatVersion}`,
      { hint: 'use the dlimage that made it' },
    );
  }
  if (sha256 !== digestOf(contents)) throw damaged('its checksum does not match its contents');
  return { contents: contents as unknown as T, damaged };
}

function digestOf(contents: object): string {
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}

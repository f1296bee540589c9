/** A digest as sha256sum or sha512sum prints it. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
}

/** A file that a list of checksums names. */
export interface ListedFile {
  readonly name: string;
  readonly digest: Digest;
}

const algorithms: Readonly<Record<number, Digest['algorithm']>> = { 64: 'sha256', 128: 'sha512' };

/**
 * The files of a list as sha256sum and sha512sum write it, also with `--tag`. Lines that are none are skipped.
 * Source: coreutils manual, "cksum output modes".
 */
export function parseChecksumList(text: string): ListedFile[] {
  return text.split('\n').flatMap((line) => {
    const plain = /^\\?([0-9a-fA-F]{64}|[0-9a-fA-F]{128}) [ *](.+?)\r?$/.exec(line);
    const tagged = /^SHA(?:256|512) \((.+)\) = ([0-9a-fA-F]+)\r?$/.exec(line);
    const hex = (plain?.[1] ?? tagged?.[2] ?? '').toLowerCase();
    const name = (plain?.[2] ?? tagged?.[1] ?? '').replace(/^.*\//, '');
    const algorithm = algorithms[hex.length];
    return algorithm === undefined || name === '' ? [] : [{ name, digest: { algorithm, hex } }];
  });
}

/** The file that a pattern means, with `*` for any characters: of several the one with the highest version. */
export function chooseFile(files: readonly ListedFile[], pattern: string): ListedFile | undefined {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  const byVersion = new Intl.Collator('en', { numeric: true });
  return files
    .filter(({ name }) => expression.test(name))
    .toSorted((one, other) => byVersion.compare(other.name, one.name))[0];
}

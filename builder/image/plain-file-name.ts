/** Longest name in a directory, in bytes. Source: linux/limits.h, NAME_MAX. */
const longestBytes = 255;

/**
 * True for a value that names a file in just the directory it is joined to. Every name that is read from a patch, a
 * manifest, a journal, a list or a record and becomes part of a path goes through here: no `/`, no `..`, no control
 * character, no text that UTF-8 cannot carry, and no longer than a filesystem takes.
 */
export function isPlainFileName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value !== '.' &&
    value !== '..' &&
    !/[/\p{Cc}\p{Cs}]/u.test(value) &&
    Buffer.byteLength(value) <= longestBytes
  );
}

/** True for a SHA-256 as dlimage writes it: 64 hexadecimal digits in lower case. */
export function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

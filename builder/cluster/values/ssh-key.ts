import { skipOptions, type SshOptionProblem } from './ssh-key-options.ts';

/** A public key in OpenSSH's one-line form, taken apart. */
export interface SshKey {
  readonly type: string;
  /** Size of an RSA modulus; absent for keys of a fixed size. */
  readonly bits?: number;
}

/** Why a text is not a usable public key. */
export type SshKeyProblem =
  | 'private-key'
  | 'certificate'
  | 'dsa'
  | 'weak-rsa'
  | 'unknown-type'
  | 'not-base64'
  | 'wrong-inner-type'
  | 'wrong-length'
  | 'control-characters'
  | SshOptionProblem
  | 'empty';

/** Lengths in bytes of the fields behind the type name; null where any length will do. Source: RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4, OpenSSH PROTOCOL.u2f. */
const fieldLengths: Readonly<Record<string, readonly (number | null)[]>> = {
  'ssh-ed25519': [32],
  'ssh-rsa': [null, null],
  'ecdsa-sha2-nistp256': [8, 65],
  'ecdsa-sha2-nistp384': [8, 97],
  'ecdsa-sha2-nistp521': [8, 133],
  'sk-ssh-ed25519@openssh.com': [32, null],
  'sk-ecdsa-sha2-nistp256@openssh.com': [8, 65, null],
};

/** Types that are accepted, for messages. */
export const sshKeyTypes: readonly string[] = Object.keys(fieldLengths);

/** Smallest RSA modulus that is still considered safe. Source: NIST SP 800-131A revision 2. */
const smallestRsaBits = 2048;

/** Source: OpenSSH, sshbuf.h, SSHBUF_MAX_BIGNUM. */
const largestRsaBits = 16_384;

/** True when the text holds a private key of OpenSSH, PEM or PuTTY. Nothing of such a text may ever be shown. */
export function isPrivateKey(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-{5}|PuTTY-User-Key-File-/.test(text);
}

/**
 * Decodes one line of an `authorized_keys` file, options in front allowed. The base64 part is really taken apart:
 * its inner type name and every length must agree with the type.
 */
export function parseSshKey(line: string): SshKey | SshKeyProblem {
  if (isPrivateKey(line)) return 'private-key';
  const text = line.trim();
  if (text === '') return 'empty';
  if (/\p{Cc}/u.test(text.replaceAll('\t', ' '))) return 'control-characters';
  const parts = findKey(text);
  if (typeof parts === 'string') return parts;
  const { type, encoded } = parts;
  if (type.includes('-cert-v')) return 'certificate';
  if (type === 'ssh-dss') return 'dsa';
  const lengths = fieldLengths[type];
  if (lengths === undefined) return 'unknown-type';
  const blob = decodeBase64(encoded);
  if (blob === undefined) return 'not-base64';
  const fields = readFields(blob);
  const [inner, ...rest] = fields ?? [];
  if (inner !== undefined && new TextDecoder().decode(inner) !== type) return 'wrong-inner-type';
  const fits =
    rest.length === lengths.length &&
    lengths.every((length, index) => length === null || rest[index]?.length === length);
  if (fields === undefined || !fits) return 'wrong-length';
  return type === 'ssh-rsa' ? judgeRsa(type, rest[1]) : { type };
}

interface KeyParts {
  readonly type: string;
  readonly encoded: string;
}

/** The key at the beginning of the line, or behind options. A word inside the quotes of an option is no key. */
function findKey(text: string): KeyParts | SshKeyProblem {
  const plain = keyAt(text);
  if (plain !== undefined) return plain;
  if (!/\s(?:ssh|ecdsa|sk)-[\w@.-]+\s/.test(text)) return 'unknown-type';
  const skipped = skipOptions(text);
  return typeof skipped === 'string' ? skipped : (keyAt(skipped.rest) ?? 'unknown-type');
}

function keyAt(text: string): KeyParts | undefined {
  const [, type, encoded] = /^((?:ssh|ecdsa|sk)-[\w@.-]+)\s+(\S+)/.exec(text) ?? [];
  return type === undefined || encoded === undefined ? undefined : { type, encoded };
}

function judgeRsa(type: string, modulus: Uint8Array | undefined): SshKey | SshKeyProblem {
  const significant = (modulus ?? new Uint8Array()).findIndex((byte) => byte !== 0);
  if (modulus === undefined || significant < 0) return 'wrong-length';
  const bits = (modulus.length - significant) * 8 - Math.clz32(modulus[significant] ?? 0) + 24;
  if (bits > largestRsaBits) return 'wrong-length';
  return bits < smallestRsaBits ? 'weak-rsa' : { type, bits };
}

function decodeBase64(encoded: string): Uint8Array | undefined {
  if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}

/** Splits a blob into its length-prefixed fields; undefined when a length points beyond the end. */
function readFields(blob: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const fields: Uint8Array[] = [];
  let offset = 0;
  while (offset < blob.length) {
    if (offset + 4 > blob.length) return undefined;
    const end = offset + 4 + view.getUint32(offset);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(offset + 4, end));
    offset = end;
  }
  return fields;
}

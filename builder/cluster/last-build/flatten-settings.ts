import { createHash } from 'node:crypto';

/** A value that is compared as a whole. */
export type Setting = string | number | boolean | null | readonly unknown[];

/** Keys whose value nobody may read in a report. */
const secretKeys = /password|token|psk|secret/i;

/** Facts about the builder's own disk: a file that moved is the same file. */
const hostKeys: ReadonlySet<string> = new Set(['hostPath', 'sizeBytes']);

/** Digits of a secret's digest: enough to see that it changed. */
const digestLength = 16;

/** Every value of a tree by its path, in the spelling of definitions: `{ network: { dataPort: 1 } }` is `network.data_port`. */
export function flattenSettings(tree: object): Record<string, Setting> {
  return Object.fromEntries(flatten(tree, ''));
}

/** True when the value of a path is a digest, since the value is a secret. */
export function isSecretSetting(path: string): boolean {
  return secretKeys.test(path);
}

function flatten(value: unknown, path: string): [string, Setting][] {
  if (Array.isArray(value)) return [[path, value.map(plain)]];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) =>
      hostKeys.has(key) ? [] : flatten(inner, path === '' ? spelled(key) : `${path}.${spelled(key)}`),
    );
  }
  if (value === undefined) return [];
  return [[path, isSecretSetting(path) && value !== null ? digest(value) : (value as Setting)]];
}

/** The items of lists are compared with the whole list. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (hostKeys.has(key)) return [];
      return [[spelled(key), secretKeys.test(key) && inner !== null ? digest(inner) : plain(inner)]];
    }),
  );
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, digestLength);
}

/** Names of nodes and users stay; they have no capitals. */
function spelled(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

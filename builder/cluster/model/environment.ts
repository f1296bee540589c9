import type { FolderItem } from '../../system/folder-item.ts';
import type { ImageArchive, UnreadableArchive } from './image-archive.ts';

/**
 * Something outside the definition that it names: a profile or image of the user's, a key file, an extra file, a
 * container image, a stack, a file that the stack names or its `.env`, the token of a swarm.
 */
export interface Reference {
  readonly purpose:
    | 'profile'
    | 'base'
    | 'key'
    | 'extra-file'
    | 'image'
    | 'stack'
    | 'stack-file'
    | 'stack-env-file'
    | 'stack-variables'
    | 'token';
  /** As written; `~/` at the beginning means the user's home. */
  readonly written: string;
  /** Relative paths start at the definition's folder, or at the working directory when they come from a flag. */
  readonly from: 'definition' | 'command-line';
  /** Of a compose file: the folder that the paths in it start at, which is that of the stack's first one. */
  readonly folder?: string;
  /** Of an extra file: its paths on the nodes. */
  readonly targets?: readonly string[];
}

/** The file or folder that a reference points to. */
export interface HostPath extends Reference {
  readonly kind: 'file' | 'directory' | 'other' | 'missing' | 'unreadable' | 'too-large';
  /** Of what cannot be used, what it is or why, in words: `a named pipe`, `permission denied`. */
  readonly what?: string;
  /** Absolute and normalised, links not resolved. */
  readonly absolutePath: string;
  /** Absolute with all links resolved; the same as `absolutePath` when there is nothing. */
  readonly realPath: string;
  readonly sizeBytes: number;
  /** Permission bits of a file or folder, with setuid, setgid and sticky; absent when nothing is there. */
  readonly mode?: number;
  /**
   * Contents, of profiles, stacks, their `.env` and env files, key files, tokens and what programs of the nodes read only. Never shown to anybody: it may be
   * a private key.
   */
  readonly text?: string;
  /** The contents are not text in UTF-8: U+FFFD stands in `text` for what is not. */
  readonly isUndecodable?: boolean;
  /** Of a folder among the extra files: what is in it, sorted, itself first. */
  readonly items?: readonly FolderItem[];
  /** There is more in the folder than is listed: more than `mostFolderItems`. */
  readonly hasMoreItems?: boolean;
  /** Of a container image: what is in the archive, or why it cannot be read. */
  readonly archive?: ImageArchive | UnreadableArchive;
}

/** A public key file of the person who runs the command. */
export interface OwnPublicKey {
  /** As shown to the user: `~/.ssh/id_ed25519.pub`. */
  readonly file: string;
  /** Empty when it cannot be read. */
  readonly text: string;
  /** Why it cannot be read, in words: `is a folder`. */
  readonly problem?: string;
}

/** Facts about the host for the pure stages, read beforehand. */
export interface Environment {
  /** Absolute path of the folder of `cluster.yaml`, links resolved; the working directory when there is no file. */
  readonly projectDirectory: string;
  readonly ownPublicKeys: readonly OwnPublicKey[];
  /** IPv4 networks of this machine in CIDR notation, without loopback and container bridges. */
  readonly hostNetworks: readonly string[];
  /** Every name in the IANA time zone database, links included. */
  readonly timeZones: readonly string[];
  /** Results for the references of `collectReferences`. */
  readonly paths: readonly HostPath[];
  /** Those environment variables of this machine that compose files name. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Looks up what the host found for a reference; undefined when the host was not asked about it. */
export type LookUpPath = (reference: Reference) => HostPath | undefined;

/** Makes the lookup over an environment's paths. */
export function lookUpPaths(environment: Environment): LookUpPath {
  const byKey = new Map(environment.paths.map((path) => [keyOf(path), path]));
  return (reference) => byKey.get(keyOf(reference));
}

function keyOf(reference: Reference): string {
  return `${reference.purpose}\n${reference.from}\n${reference.written}`;
}

/** True when a profile or base is named by a path: `./my.yaml`, `/images/my.img`, `my.img`; names have no `/` and no such ending. */
export function isPath(written: string): boolean {
  return /^~|\/|\.(ya?ml|img|raw|qcow2|xz|zst|gz|zip|7z)$/.test(written);
}

/** True when an image is named by where it is on the network. */
export function isUrl(written: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(written);
}

/** True when an entry of `authorized_keys` is a path of a key file and not the key itself, which always has a space in it. */
export function isKeyPath(written: string): boolean {
  return /^(~|\.{0,2})\/[^\n]*$/.test(written) || /^\S+\.(pub|pem|key)$/.test(written);
}

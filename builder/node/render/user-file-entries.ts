import { posix } from 'node:path';
import type { ClusterNode, ClusterUser, ExtraFile } from '../../cluster/model/cluster.ts';
import { homeOf, userOfHome } from '../../cluster/model/home.ts';
import { ownMode } from '../../cluster/resolve/resolve-files.ts';
import type { Assets, UserFile } from '../overlay/assets.ts';
import {
  directoryIfMissing,
  fileFromBytes,
  fileFromContent,
  hostFile,
  symlink,
  type EntryAttributes,
} from './make-entry.ts';
import type { RenderedEntry } from './rendered-node.ts';

/** Origin shown for entries of the user's own files. */
export const userFilesOrigin = 'cluster.yaml files';

/** The user's own files on a node, streamed from the host when the image is made. */
export type UserFileEntries = (node: ClusterNode) => RenderedEntry[];

/** Inputs for all entries of the user's files. */
interface Making {
  readonly users: readonly ClusterUser[];
  readonly mtimeSeconds: number;
}

/** Makes the entries of `files:` once, and picks those of a node. */
export function createUserFileEntries(
  files: readonly ExtraFile[],
  users: readonly ClusterUser[],
  assets: Assets,
  mtimeSeconds: number,
): UserFileEntries {
  const making = { users, mtimeSeconds };
  const made = files.map((file) => {
    const found = assets.userFiles.get(file.hostPath);
    if (found === undefined) throw new Error(`${file.hostPath} was not read`);
    const parents = new Set(found.map(({ relativePath }) => posix.dirname(relativePath)));
    const kept = found.filter((one) => one.kind !== 'directory' || mustBeSaid(file, one, parents, users));
    const entries = kept.map((one) => entryOf(file, one, making));
    return { nodes: new Set(file.nodes), entries: [...homesAbove(entries, making), ...entries] };
  });
  const homeLists = new Map<string, RenderedEntry>();
  return (node) => {
    const entries = made.flatMap((one) =>
      one.nodes.size === 0 || one.nodes.has(node.name) ? one.entries : [],
    );
    const text = homeListOf(entries, users);
    if (text === '') return entries;
    const list = homeLists.get(text) ?? fileFromBytes(homeListAttributes(mtimeSeconds), encode(text));
    homeLists.set(text, list);
    return [...entries, list];
  };
}

/** The users whose homes come with the image, with their numbers: `fill-homes` of the overlay `user-homes` reads it. */
function homeListOf(entries: readonly RenderedEntry[], users: readonly ClusterUser[]): string {
  const names = new Set(entries.map(({ entry }) => userOfHome(entry.path, users)?.name));
  return users
    .filter(({ name }) => names.has(name))
    .map(({ name, uid }) => `${name} ${uid}\n`)
    .join('');
}

function homeListAttributes(mtimeSeconds: number): EntryAttributes {
  return {
    path: '/etc/dlimage/homes',
    mode: 0o644,
    mtimeSeconds,
    origin: 'cluster.yaml users',
    shared: true,
  };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Directories on the way to a file are made 0755 root:root by themselves. Only an empty one, or one with a mode or owner
 * of its own, is an entry. One that the base has (/etc) stays as it is all the same.
 */
function mustBeSaid(
  file: ExtraFile,
  folder: UserFile,
  parents: ReadonlySet<string>,
  users: readonly ClusterUser[],
): boolean {
  const path = posix.join(file.path, folder.relativePath);
  if (path === '/') return false;
  // A home has the mode of homes, see below.
  if (file.mode === null && users.some(({ name }) => path === homeOf(name))) return false;
  const isEmpty = folder.relativePath === '' ? !parents.has('.') : !parents.has(folder.relativePath);
  const { uid, gid } = file.owner ?? ownerAt(path, users);
  return isEmpty || uid !== 0 || gid !== 0 || modeOf(file, folder) !== 0o755;
}

function entryOf(file: ExtraFile, found: UserFile, { users, mtimeSeconds }: Making): RenderedEntry {
  const path = posix.join(file.path, found.relativePath);
  const attributes: EntryAttributes = {
    ...(file.owner ?? ownerAt(path, users)),
    path,
    mode: modeOf(file, found),
    mtimeSeconds,
    origin: userFilesOrigin,
    shared: true,
  };
  if (found.kind === 'symlink') return symlink(attributes, found.target);
  if (found.kind === 'directory') return directoryIfMissing(attributes);
  const hostPath = found.relativePath === '' ? file.hostPath : posix.join(file.hostPath, found.relativePath);
  return fileFromContent(attributes, hostFile(hostPath, found), found.sha256);
}

function modeOf(file: ExtraFile, found: UserFile): number {
  // What the definition names is looked at through links, and its mode was decided there.
  if (file.mode === null) return ownMode(found.mode);
  // Who may read a directory may also enter it: 0640 becomes 0750.
  return found.kind === 'directory' ? file.mode | ((file.mode & 0o444) >> 2) : file.mode;
}

function ownerAt(path: string, users: readonly ClusterUser[]): { uid: number; gid: number } {
  const uid = userOfHome(path, users)?.uid ?? 0;
  return { uid, gid: uid };
}

/** The mode of homes and of folders in them. Source: useradd of Debian, HOME_MODE in login.defs(5) */
const homeMode = 0o700;
const folderMode = 0o755;

/**
 * The homes that files lie in, with the folders on the way to them: they belong to the user, since useradd takes a
 * home that is there as it is.
 */
function homesAbove(entries: readonly RenderedEntry[], { users, mtimeSeconds }: Making): RenderedEntry[] {
  const said = new Set(entries.map(({ entry }) => entry.path));
  const folders = new Map<string, RenderedEntry>();
  for (const { entry } of entries) {
    const user = userOfHome(entry.path, users);
    if (user === undefined) continue;
    const home = homeOf(user.name);
    for (let path = entry.path; path !== home;) {
      path = posix.dirname(path);
      if (said.has(path) || folders.has(path)) continue;
      const mode = path === home ? homeMode : folderMode;
      const numbers = { uid: user.uid, gid: user.uid };
      const attributes = { ...numbers, path, mode, mtimeSeconds, origin: userFilesOrigin, shared: true };
      folders.set(path, directoryIfMissing(attributes));
    }
  }
  return [...folders.values()];
}

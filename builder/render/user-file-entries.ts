import { posix } from 'node:path';
import type { ClusterNode, ExtraFile } from '../definition/cluster.ts';
import type { Assets, UserFile } from '../plan/assets.ts';
import { directory, fileFromContent, symlink, type EntryAttributes } from './make-entry.ts';
import type { RenderedEntry } from './rendered-node.ts';

/** Where the entries of the user's own files say they are from. */
export const userFilesOrigin = 'cluster.yaml files';

/** The user's own files on a node, streamed from the host when the image is made. */
export type UserFileEntries = (node: ClusterNode) => RenderedEntry[];

/** Makes the entries of `files:` once, and picks those of a node. */
export function createUserFileEntries(files: readonly ExtraFile[], assets: Assets, mtimeSeconds: number): UserFileEntries {
  const made = files.map((file) => {
    const found = assets.userFiles.get(file.hostPath);
    if (found === undefined) throw new Error(`${file.hostPath} was not read`);
    return { nodes: new Set(file.nodes), entries: found.flatMap((one) => entryOf(file, one, mtimeSeconds)) };
  });
  return (node) =>
    made.flatMap(({ nodes, entries }) => (nodes.size === 0 || nodes.has(node.name) ? entries : []));
}

function entryOf(file: ExtraFile, found: UserFile, mtimeSeconds: number): RenderedEntry[] {
  const attributes: EntryAttributes = {
    ...file.owner,
    path: posix.join(file.path, found.relativePath),
    mode: found.executable ? withExecution(file.mode) : file.mode,
    mtimeSeconds,
    origin: userFilesOrigin,
    shared: true,
  };
  if (found.kind === 'symlink') return [symlink(attributes, found.target)];
  if (found.kind === 'file') {
    const hostPath = found.relativePath === '' ? file.hostPath : posix.join(file.hostPath, found.relativePath);
    return [fileFromContent(attributes, { from: 'host-file', hostPath, sizeBytes: found.sizeBytes }, found.sha256)];
  }
  // Directories of files are made anyway; one with an own owner must be said. The top one may be /etc: it stays as it is.
  if (found.relativePath === '' || (file.owner.uid === 0 && file.owner.gid === 0)) return [];
  return [directory({ ...attributes, mode: withExecution(file.mode) })];
}

/** Who may read may also execute: 0640 becomes 0750. */
function withExecution(mode: number): number {
  return mode | ((mode & 0o444) >> 2);
}

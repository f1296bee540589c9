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
export function createUserFileEntries(
  files: readonly ExtraFile[],
  assets: Assets,
  mtimeSeconds: number,
): UserFileEntries {
  const made = files.map((file) => {
    const found = assets.userFiles.get(file.hostPath);
    if (found === undefined) throw new Error(`${file.hostPath} was not read`);
    const parents = new Set(found.map(({ relativePath }) => posix.dirname(relativePath)));
    const kept = found.filter((one) => one.kind !== 'directory' || mustBeSaid(file, one, parents));
    return { nodes: new Set(file.nodes), entries: kept.map((one) => entryOf(file, one, mtimeSeconds)) };
  });
  return (node) =>
    made.flatMap(({ nodes, entries }) => (nodes.size === 0 || nodes.has(node.name) ? entries : []));
}

/**
 * Directories on the way to a file are made 0755 root:root by themselves, and one that the base has (/etc) stays as it
 * is. Only an empty one, or one with a mode or owner of its own, is an entry.
 */
function mustBeSaid(file: ExtraFile, folder: UserFile, parents: ReadonlySet<string>): boolean {
  if (folder.relativePath === '') return false;
  return (
    file.mode !== null || file.owner.uid !== 0 || file.owner.gid !== 0 || !parents.has(folder.relativePath)
  );
}

function entryOf(file: ExtraFile, found: UserFile, mtimeSeconds: number): RenderedEntry {
  const attributes: EntryAttributes = {
    ...file.owner,
    path: posix.join(file.path, found.relativePath),
    mode: modeOf(file, found),
    mtimeSeconds,
    origin: userFilesOrigin,
    shared: true,
  };
  if (found.kind === 'symlink') return symlink(attributes, found.target);
  if (found.kind === 'directory') return directory(attributes);
  const hostPath = found.relativePath === '' ? file.hostPath : posix.join(file.hostPath, found.relativePath);
  return fileFromContent(
    attributes,
    { from: 'host-file', hostPath, sizeBytes: found.sizeBytes },
    found.sha256,
  );
}

function modeOf({ mode }: ExtraFile, { kind, executable }: UserFile): number {
  if (kind !== 'directory') return mode ?? (executable ? 0o755 : 0o644);
  // Who may read a directory may also enter it: 0640 becomes 0750.
  return mode === null ? 0o755 : mode | ((mode & 0o444) >> 2);
}

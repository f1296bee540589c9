import type { ClusterUser, ExtraFile } from '../cluster.ts';
import { defaults } from '../defaults.ts';
import type { LookUpPath } from '../environment.ts';
import type { ClusterDefinition, FileDefinition } from '../generated/cluster.ts';

/** Fills in the extra files. Those whose source does not exist are left out; the rules report them. */
export function resolveFiles(
  written: ClusterDefinition,
  users: readonly ClusterUser[],
  lookUp: LookUpPath,
): ExtraFile[] {
  return (written.files ?? []).flatMap((file) => {
    const found = lookUp({ purpose: 'extra-file', written: file.source, from: 'definition' });
    if (found === undefined || (found.kind !== 'file' && found.kind !== 'directory')) return [];
    const automatic = found.kind === 'directory' ? null : found.executable ? 0o755 : 0o644;
    return [
      {
        hostPath: found.realPath,
        kind: found.kind,
        sizeBytes: found.kind === 'file' ? found.sizeBytes : 0,
        path: file.path,
        mode: file.mode === undefined ? automatic : Number.parseInt(file.mode, 8),
        owner: resolveOwner(file, users) ?? { uid: 0, gid: 0 },
        nodes: file.nodes ?? [],
      },
    ];
  });
}

/** The numbers of an owner; undefined when a name is neither root nor one of the users. A user's group has its name and number. */
export function resolveOwner(
  file: FileDefinition,
  users: readonly ClusterUser[],
): { uid: number; gid: number } | undefined {
  const [user = '', group = user] = (file.owner ?? defaults.fileOwner).split(':');
  const uid = resolveId(user, users);
  const gid = resolveId(group, users);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function resolveId(name: string, users: readonly ClusterUser[]): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  return name === 'root' ? 0 : users.find((user) => user.name === name)?.uid;
}

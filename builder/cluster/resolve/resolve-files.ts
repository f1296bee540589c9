import type { ClusterUser, ExtraFile } from '../model/cluster.ts';
import type { LookUpPath } from '../model/environment.ts';
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
    const automatic = found.kind === 'directory' ? null : ownMode(found.mode ?? 0o644);
    return [
      {
        hostPath: found.realPath,
        kind: found.kind,
        sizeBytes: found.kind === 'file' ? found.sizeBytes : 0,
        path: file.path,
        mode: file.mode === undefined ? automatic : Number.parseInt(file.mode, 8),
        owner: resolveOwner(file, users) ?? null,
        nodes: file.nodes ?? [],
      },
    ];
  });
}

/**
 * The mode that a file of the builder's gets on a node: whoever may not read it here may not read it there. Who else may
 * write depends on the umask of the builder, and setuid on an owner that it does not keep: both are left out.
 */
export function ownMode(mode: number): number {
  return mode & 0o755;
}

/** The numbers of an owner; undefined without one, and when a name is neither root nor one of the users. A user's group has its name and number. */
export function resolveOwner(
  file: FileDefinition,
  users: readonly ClusterUser[],
): { uid: number; gid: number } | undefined {
  if (file.owner === undefined) return undefined;
  const [user = '', group = user] = file.owner.split(':');
  const uid = resolveId(user, users);
  const gid = resolveId(group, users);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function resolveId(name: string, users: readonly ClusterUser[]): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  return name === 'root' ? 0 : users.find((user) => user.name === name)?.uid;
}

import type { Cluster, ClusterNode, ClusterUser } from './cluster.ts';

/** The home of a user on a node. Source: useradd(8), HOME in /etc/default/useradd */
export function homeOf(name: string): string {
  return `/home/${name}`;
}

/** The user of the definition in whose home a path on the node lies; undefined when it lies in none. */
export function userOfHome(path: string, users: readonly ClusterUser[]): ClusterUser | undefined {
  const name = /^\/home\/([^/]+)(?:\/|$)/.exec(path)?.[1];
  return name === undefined ? undefined : users.find((user) => user.name === name);
}

/** True when files of the definition may lie in homes of a node; the contents of folders are not looked at. */
export function mayFillHomes({ files, users }: Cluster, node: ClusterNode): boolean {
  return files.some(({ kind, path, nodes }) => {
    if (nodes.length > 0 && !nodes.includes(node.name)) return false;
    const holdsHomes = kind === 'directory' && (path === '/' || path === '/home');
    return holdsHomes || userOfHome(path, users) !== undefined;
  });
}

import type { BasePast } from '../../../cluster/base-facts/base-facts.ts';
import { findNetworks } from '../../../cluster/base-facts/earlier-networks.ts';
import type { ImageFiles } from '../../../image/host/image-files.ts';

const networkFolders: readonly (readonly [string, RegExp])[] = [
  ['/etc/netplan', /\.yaml$/],
  ['/etc/network/interfaces.d', /^[\w.-]+$/],
  ['/etc/systemd/network', /\.network$/],
  // netplan's own are made again.
  ['/etc/NetworkManager/system-connections', /^(?!netplan-)/],
];

/** Reads what an image has of a machine that it was: its cluster, and its network. */
export async function readPast(files: ImageFiles): Promise<BasePast> {
  const named = await namesIn(files, '/var/lib/glusterd/peers');
  const volumes = await namesIn(files, '/var/lib/glusterd/vols');
  const [node] = await textsOf(files, ['/etc/dlimage/node.env']);
  const [swarm] = await textsOf(files, ['/var/lib/docker/swarm/docker-state.json']);
  const paths = ['/etc/network/interfaces'];
  for (const [folder, pattern] of networkFolders)
    for (const name of await namesIn(files, folder)) if (pattern.test(name)) paths.push(`${folder}/${name}`);
  return {
    nodeOf: node === undefined ? null : (/^DLIMAGE_CLUSTER='?([^'\n]*)/m.exec(node[1])?.[1] ?? 'dlimage'),
    isInSwarm: swarm !== undefined,
    isInPool: [...named, ...volumes].length > 0,
    networks: findNetworks(new Map(await textsOf(files, paths))),
  };
}

/** Of those that are files. */
async function textsOf(files: ImageFiles, paths: readonly string[]): Promise<[string, string][]> {
  const found: string[] = [];
  for (const path of paths) if ((await files.stat(path))?.kind === 'file') found.push(path);
  if (found.length === 0) return [];
  const texts = await files.readAll(found);
  return found.map((path, index) => [path, texts[index]?.toString('utf8') ?? '']);
}

async function namesIn(files: ImageFiles, folder: string): Promise<string[]> {
  if ((await files.stat(folder))?.kind !== 'directory') return [];
  return (await files.list(folder)).map(({ name }) => name).filter((name) => name !== '.' && name !== '..');
}

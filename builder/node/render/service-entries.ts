import { posix } from 'node:path';
import type { Cluster, ClusterImage, ClusterNode, StackEntry } from '../../cluster/model/cluster.ts';
import { dockerPlatform } from '../../cluster/docker-images/docker-platform.ts';
import { imagesFor } from '../../cluster/docker-images/images-for.ts';
import type { ClusterIdentities } from '../../cluster/identity/identities.ts';
import type { Assets, UserFile } from '../overlay/assets.ts';
import { fileFromBytes, fileFromContent, hostFile, type EntryAttributes } from './make-entry.ts';
import type { RenderedEntry } from './rendered-node.ts';
import { finishStacks, type FinishedStack } from './finish-stacks.ts';

/** Folder in which the agent finds image archives and compose files. */
const imagesDirectory = '/var/lib/dlimage/images';
const stacksDirectory = '/etc/dlimage/stacks';

/** The images and stacks of the definition as they lie on a node, with the lists that the agent reads. */
export type ServiceEntries = (node: ClusterNode) => RenderedEntry[];

/**
 * Makes the entries of `images:`, `stacks:` and `swarm.join_existing:` once; images differ by the board's platform.
 * Only managers deploy, so that only their cards hold the secrets of stacks: a swarm itself gives a worker no secret but
 * those of the containers that it runs.
 */
export function createServiceEntries(
  cluster: Cluster,
  { loginKey }: Pick<ClusterIdentities, 'loginKey'>,
  assets: Assets,
  mtimeSeconds: number,
): ServiceEntries {
  const make: EntryMaker = { assets, mtimeSeconds };
  const digestOf = (hostPath: string) => readFile({ hostPath }, make).sha256;
  const stacks = finishStacks(cluster.stacks, loginKey.privateKey, digestOf);
  const ofManagers = stackEntries(stacks, make);
  const ofAll = tokenEntries(cluster, make);
  const byPlatform = new Map<string, RenderedEntry[]>();
  return ({ profile, role }) => {
    const platform = dockerPlatform(profile);
    const images = byPlatform.get(platform) ?? imageEntries(imagesFor(profile, cluster.images), make);
    byPlatform.set(platform, images);
    return [...images, ...(role === 'manager' ? ofManagers : []), ...ofAll];
  };
}

interface EntryMaker {
  readonly assets: Assets;
  readonly mtimeSeconds: number;
}

function imageEntries(fitting: readonly ClusterImage[], make: EntryMaker): RenderedEntry[] {
  const list = fitting.flatMap(({ fileName, images }) =>
    images.map(({ references, id }) => ({ file: fileName, references, id })),
  );
  const files = fitting.map((archive) =>
    fromHost(
      { path: posix.join(imagesDirectory, archive.fileName), mode: 0o644, origin: 'cluster.yaml images' },
      archive,
      make,
    ),
  );
  return files.length === 0 ? [] : [...files, json('images', list, make)];
}

function stackEntries(stacks: readonly FinishedStack[], make: EntryMaker): RenderedEntry[] {
  if (stacks.length === 0) return [];
  // Compose files name passwords, too; the agent is root.
  const attributes = (path: string, secret: boolean) => ({
    path: posix.join(stacksDirectory, path),
    mode: 0o600,
    origin: 'cluster.yaml stacks',
    secret,
  });
  const entries = stacks.flatMap(({ texts, files }) => [
    ...texts.map(({ path, text, isSecret }) => fromText(attributes(path, isSecret), text, make)),
    ...files.map((file) =>
      file.filled === undefined
        ? fromHost(attributes(file.path, file.isSecret), file, make)
        : fromText(attributes(file.path, file.isSecret), file.filled, make),
    ),
  ]);
  const list = stacks.map((stack) => ({
    name: stack.name,
    files: stack.texts.map(({ path }) => path),
    sha256: stack.version,
    resolve_image: stack.isBaked ? 'never' : 'changed',
    directories: stack.directories,
    networks: stack.networks.map((name) => ({ name })),
  }));
  return [...entries, json('stacks', list, make)];
}

function tokenEntries({ swarm }: Cluster, { mtimeSeconds }: EntryMaker): RenderedEntry[] {
  if (swarm.joinExisting === null) return [];
  const attributes: EntryAttributes = {
    path: '/etc/dlimage/swarm-token',
    mode: 0o600,
    mtimeSeconds,
    origin: 'cluster.yaml swarm',
    secret: true,
    shared: true,
  };
  return [fileFromBytes(attributes, new TextEncoder().encode(`${swarm.joinExisting.token}\n`))];
}

function fromText(
  attributes: Omit<EntryAttributes, 'mtimeSeconds' | 'shared'>,
  text: string,
  { mtimeSeconds }: EntryMaker,
): RenderedEntry {
  return fileFromBytes({ ...attributes, mtimeSeconds, shared: true }, new TextEncoder().encode(text));
}

function fromHost(
  attributes: Omit<EntryAttributes, 'mtimeSeconds' | 'shared'>,
  file: Pick<StackEntry, 'hostPath' | 'sizeBytes'>,
  make: EntryMaker,
): RenderedEntry {
  const { hostPath, sizeBytes } = file;
  const found = readFile(file, make);
  return fileFromContent(
    { ...attributes, mtimeSeconds: make.mtimeSeconds, shared: true },
    hostFile(hostPath, { ...found, sizeBytes }),
    found.sha256,
  );
}

function readFile({ hostPath }: { readonly hostPath: string }, { assets }: EntryMaker): UserFile {
  const [found] = assets.userFiles.get(hostPath) ?? [];
  if (found === undefined) throw new Error(`${hostPath} was not read`);
  return found;
}

function json(
  name: 'images' | 'stacks',
  list: readonly object[],
  { mtimeSeconds }: EntryMaker,
): RenderedEntry {
  const text = `[\n${list.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n]\n`;
  return fileFromBytes(
    {
      path: `/etc/dlimage/${name}.json`,
      mode: 0o644,
      mtimeSeconds,
      origin: `cluster.yaml ${name}`,
      shared: true,
    },
    new TextEncoder().encode(text),
  );
}

import type { Manifest } from '../../../cluster/generated/manifest.ts';
import { checkFilesystems } from '../../../image/host/check-filesystems.ts';
import { HostError } from '../../../report/errors.ts';
import { findSeeds, type FoundSeed } from '../../../image/host/find-seeds.ts';
import { openImageFiles } from '../../../image/host/image-files.ts';
import { withImage } from '../../../image/host/open-image.ts';
import { readLayoutOf } from '../../../image/host/read-layout.ts';
import { rolesOf } from '../../../image/host/partition-roles.ts';

/** A node's names in an image: in `/etc/hostname` and `/etc/dlimage/node.env`. */
export interface ExpectedNode {
  readonly name: string;
  readonly role: string;
  readonly address: string | null;
  readonly clusterId: string;
}

/** A manifest's claims about a node's image. */
export function expectedNode(cluster: Manifest['cluster'], node: Manifest['nodes'][number]): ExpectedNode {
  return { name: node.name, role: node.role, address: node.address, clusterId: cluster.id };
}

/** Faults of an image, one line each, and a summary of what is right. */
export interface CheckedImage {
  readonly problems: readonly string[];
  readonly checks: readonly string[];
}

/**
 * Checks a raw image: each filesystem with its own checker, and that it is the node that it is said to be, also by the
 * seed that its cloud-init takes. `directory` is private.
 *
 * @throws HostError when the image cannot be read at all
 */
export async function checkImage(
  path: string,
  expected: ExpectedNode | null,
  directory: string,
): Promise<CheckedImage> {
  const layout = await withImage(path, readLayoutOf);
  const checks = await checkFilesystems(path, layout, directory);
  const damage = checks
    .filter(({ isClean }) => !isClean)
    .map(
      ({ partition, report }) =>
        `partition ${partition.number} is damaged: ${report.split('\n').at(-1) ?? ''}`,
    );
  if (damage.length > 0) return { problems: damage, checks: [] };
  const seed = await winningSeedOf(path);
  const seedCheck = seed === undefined ? [] : [`seed of ${placeOf(seed)}`];
  if (expected === null) return { problems: [], checks: ['filesystems', ...seedCheck] };
  const problems = [...(await checkNode(path, expected)), ...checkSeed(seed, expected)];
  return { problems, checks: ['filesystems', 'node', ...seedCheck] };
}

/** Undefined where cloud-init takes none, or where there is no root filesystem that it could be in. */
async function winningSeedOf(path: string): Promise<FoundSeed | undefined> {
  return withImage(path, async (image) => {
    const layout = await readLayoutOf(image);
    const roles = await rolesOf(image, layout).catch((error: unknown) => {
      if (error instanceof HostError) return null;
      throw error;
    });
    return (await findSeeds(image, layout, roles)).find(({ wins }) => wins);
  });
}

/** As dlimage writes it, with the node's name in front: `local-hostname: pi3-1`. An image for a seed disk has none of its own. */
function checkSeed(seed: FoundSeed | undefined, { name }: ExpectedNode): string[] {
  if (seed === undefined) return ['its cloud-init takes none of the seeds that it holds'];
  const found = /^local-hostname: *['"]?([^'"\s]*)/m.exec(seed.metaData)?.[1] ?? 'nobody';
  return found === name
    ? []
    : [`its cloud-init takes the seed of ${placeOf(seed)}, which is for ${found} and not for ${name}`];
}

function placeOf({ partition, directory }: FoundSeed): string {
  return `${partition.number}:${directory}`;
}

async function checkNode(path: string, expected: ExpectedNode): Promise<string[]> {
  return withImage(path, async (image) => {
    const { root } = await rolesOf(image, await readLayoutOf(image));
    const files = await openImageFiles(image, root);
    const hostname = (await files.read('/etc/hostname')).toString('utf8').trim();
    const environment = parseEnvironment((await files.read('/etc/dlimage/node.env')).toString('utf8'));
    const wanted: readonly (readonly [string, string | undefined, string])[] = [
      ['/etc/hostname', hostname, expected.name],
      ['DLIMAGE_NODE', environment.get('DLIMAGE_NODE'), expected.name],
      ['DLIMAGE_ROLE', environment.get('DLIMAGE_ROLE'), expected.role],
      ['DLIMAGE_ADDRESS', environment.get('DLIMAGE_ADDRESS'), expected.address ?? ''],
      ['DLIMAGE_CLUSTER_ID', environment.get('DLIMAGE_CLUSTER_ID'), expected.clusterId],
    ];
    return wanted
      .filter(([, found, value]) => found !== value)
      .map(
        ([what, found, value]) => `${what} in the image is ${found ?? 'missing'}, the manifest says ${value}`,
      );
  });
}

/** `NAME=value` lines as a shell reads them, with or without single quotes. */
function parseEnvironment(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => /^(\w+)=(?:'(.*)'|(.*))$/.exec(line));
  return new Map(
    lines.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? match[3] ?? '']])),
  );
}

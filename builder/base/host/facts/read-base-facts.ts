import {
  parseAccounts,
  type BaseFacts,
  type BasePlace,
  type BaseSystem,
} from '../../../cluster/base-facts/base-facts.ts';
import type { BaseQuestions } from '../../../cluster/base-facts/base-judge.ts';
import { parseOsRelease } from '../../../cluster/base-facts/os-release.ts';
import { createExtTree, type ExtPlace } from '../../../image/ext-tree.ts';
import {
  formatDependency,
  missingDependencies,
  type Dependency,
} from '../../../system/debian-packages/dependency.ts';
import { neededPackages } from '../../../system/debian-packages/needed-packages.ts';
import {
  nativeArchitectureOf,
  presentNames,
  parseDpkgStatus,
} from '../../../system/debian-packages/dpkg-status.ts';
import type { BaseImage } from '../../../image/host/base.ts';
import { statExt } from '../../../image/host/ext-programs.ts';
import { openImageFiles, type ImageFiles } from '../../../image/host/image-files.ts';
import { withImage } from '../../../image/host/open-image.ts';
import { findOwners } from './find-owners.ts';
import { readHindrances } from './read-hindrances.ts';
import { readPast } from './read-past.ts';

/** A base that is asked about, and for whom. */
export interface AskedBase {
  /** For messages. */
  readonly name: string;
  readonly image: BaseImage;
  /** Names of the nodes that are made from it. */
  readonly nodes: readonly string[];
  /** Packages that these nodes need, installed or not. */
  readonly wanted: readonly Dependency[];
  /** Those of them that the definition names. */
  readonly ownPackages: readonly string[];
}

/** Reads what a base has at some paths, and its accounts. Nothing is mounted, and no byte is changed. */
export async function readBaseFacts(
  asked: AskedBase,
  { shells, targets }: BaseQuestions,
): Promise<BaseFacts> {
  const { image, name, nodes, wanted } = asked;
  const paths = [...new Set([...targets, ...shells])];
  const volume = { imagePath: image.path, offsetBytes: image.root.offsetBytes };
  const tree = createExtTree((unknown) => statExt(volume, unknown));
  const places = await tree.resolve(paths);
  const ends = await tree.resolve(paths, true);
  return await withImage(image.path, async (open) => {
    const files = await openImageFiles(open, image.root);
    const status = await readText(files, '/var/lib/dpkg/status');
    const isNeeded = neededPackages(status, rootsOf(asked));
    const owned = places.map((place, index) => index < targets.length && isProgram(place));
    const owners = await findOwners(
      files,
      owned.flatMap((one, index) => (one ? pathsOf(places[index], ends[index]) : [])),
    );
    const known = paths.map((path, index): [string, BasePlace][] => {
      const [place, end] = [places[index], ends[index]];
      if (place === undefined || end === undefined) return [];
      const owner = owned[index] === true ? (owners.get(place.path) ?? owners.get(end.path)) : undefined;
      const found = owner === undefined ? null : { name: owner, isNeeded: isNeeded.has(owner) };
      return [[path, { ...placeOf(place, end), owner: found }]];
    });
    return {
      name,
      nodes,
      places: new Map(known.flat()),
      accounts: parseAccounts(await readText(files, '/etc/passwd')),
      groups: parseAccounts(await readText(files, '/etc/group')),
      system: await readSystem(files, status),
      versions: new Map(parseDpkgStatus(status).map((one) => [one.name, one.version])),
      hindrances: await readHindrances(open, image),
      past: await readPast(files),
      // An image without dpkg gets no packages.
      lacks: status === '' ? [] : missingDependencies(wanted, presentNames(status)).map(formatDependency),
    };
  });
}

async function readSystem(files: ImageFiles, status: string): Promise<BaseSystem> {
  // The first is most often a link to the second. Source: os-release(5)
  const own = await readText(files, '/etc/os-release');
  const text = own === '' ? await readText(files, '/usr/lib/os-release') : own;
  return {
    osRelease: parseOsRelease(text),
    packages: presentNames(status),
    architecture: nativeArchitectureOf(status) ?? null,
  };
}

function placeOf(place: ExtPlace, end: ExtPlace): Omit<BasePlace, 'owner'> {
  return {
    path: place.path,
    kind: place.node?.kind ?? null,
    leadsTo: end.node?.kind ?? null,
    isExecutable: ((end.node?.mode ?? 0) & 0o001) !== 0,
    blockedBy: place.blockedBy,
  };
}

/** Folders of the administrator, and files that are only read as data, belong to whoever puts files there. */
function isProgram({ path, node }: ExtPlace): boolean {
  if (node === null || node.kind === 'directory') return false;
  return /^\/(bin|sbin|lib\w*|usr)\//.test(path) && !/^\/usr\/(local|share|src)\//.test(path);
}

/** A link like `/usr/bin/awk` belongs to no package, but what it leads to does. */
function pathsOf(...places: readonly (ExtPlace | undefined)[]): string[] {
  return places.flatMap((place) => place?.path ?? []);
}

/** Packages that the cluster needs, beside those that only the definition asks for. */
function rootsOf({ wanted, ownPackages }: AskedBase): string[] {
  return wanted.filter((names) => !(names.length === 1 && ownPackages.includes(names[0] ?? ''))).flat();
}

async function readText(files: ImageFiles, path: string): Promise<string> {
  if ((await files.stat(path))?.kind !== 'file') return '';
  return (await files.read(path)).toString('utf8');
}

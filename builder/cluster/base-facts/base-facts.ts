import type { ExtNode } from '../../image/ext-tree.ts';
import type { Hindrance } from '../contents/cloud-init-hindrances.ts';
import type { EarlierNetwork } from './earlier-networks.ts';

/** Facts about a base that a definition depends on, as read from its image. */
export interface BaseFacts {
  /** Name of the base, for messages. */
  readonly name: string;
  /** Names of the nodes that are made from it. */
  readonly nodes: readonly string[];
  /** By the path that was asked about. */
  readonly places: ReadonlyMap<string, BasePlace>;
  /** Lines of `/etc/passwd` and `/etc/group`; empty where there is none. */
  readonly accounts: readonly BaseAccount[];
  readonly groups: readonly BaseAccount[];
  readonly system: BaseSystem;
  /** Packages that nodes need, and that are installed later: what comes with them is not there yet. */
  readonly lacks: readonly string[];
  /** Versions of its installed packages by their names. */
  readonly versions: ReadonlyMap<string, string>;
  /** Settings that keep its cloud-init from the seed of a node. */
  readonly hindrances: readonly Hindrance[];
  readonly past: BasePast;
}

/** Traces in a base of a machine that it was. */
export interface BasePast {
  /** Name of the cluster whose node it is, when dlimage made it; null for any other. */
  readonly nodeOf: string | null;
  /** Docker is a member of a swarm. */
  readonly isInSwarm: boolean;
  /** GlusterFS has peers or volumes. */
  readonly isInPool: boolean;
  readonly networks: readonly EarlierNetwork[];
}

/** The base's system, in its own words. */
export interface BaseSystem {
  /** Lines of `/etc/os-release` by their names. */
  readonly osRelease: ReadonlyMap<string, string>;
  /** Names that its installed packages have or provide. */
  readonly packages: ReadonlySet<string>;
  /** Debian's name of the architecture; null where there is no dpkg. */
  readonly architecture: string | null;
}

/** A path of a base. */
export interface BasePlace {
  /** The path without links in its folders. */
  readonly path: string;
  /** Kind of the thing there, a link not followed; null when nothing is. */
  readonly kind: ExtNode['kind'] | null;
  /** Kind of the thing there once a link at the end is followed; null when nothing is. */
  readonly leadsTo: ExtNode['kind'] | null;
  /** True when everybody may run it. */
  readonly isExecutable: boolean;
  /** A file that stands where the path needs a folder, or a link that leads in a circle. */
  readonly blockedBy: string | null;
  /** The installed package that the file or link comes from; null for any other. */
  readonly owner: PackageOfFile | null;
}

/** A package of the base. */
export interface PackageOfFile {
  readonly name: string;
  /** The system or the cluster does not run without it. */
  readonly isNeeded: boolean;
}

/** A name with its number. */
export interface BaseAccount {
  readonly name: string;
  readonly id: number;
}

/** Reads `/etc/passwd` or `/etc/group`. Lines that are none of theirs are left out. Source: passwd(5), group(5) */
export function parseAccounts(text: string): BaseAccount[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , number = ''] = line.split(':');
    return name !== '' && /^\d+$/.test(number) ? [{ name, id: Number(number) }] : [];
  });
}

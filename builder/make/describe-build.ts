import type { BaseState } from '../base/base-state.ts';
import type { PlannedBase } from '../base/planned-base.ts';
import { platformOf } from '../cluster/model/base-traits.ts';
import type { BuildFormat } from '../image/image-format.ts';
import { formatRows } from '../report/format-table.ts';
import type { PlannedItem } from './plan-build.ts';

/** A plan, held against the cache and the output directory. */
export interface ExaminedPlan {
  readonly bases: readonly { readonly planned: PlannedBase; readonly state: BaseState }[];
  readonly items: readonly { readonly item: PlannedItem; readonly files: readonly ExaminedFile[] }[];
}

/** A file to be written; `foreign` ones are not overwritten. */
export interface ExaminedFile {
  /** Absolute path. */
  readonly path: string;
  readonly format: BuildFormat;
  readonly state: 'new' | 'built' | 'foreign';
}

/** A build for `dlimage plan --json`. */
export interface DescribedBuild {
  readonly bases: readonly {
    readonly name: string;
    /** Like `raspberry-pi-arm64`. */
    readonly platform: string;
    readonly from: PlannedBase['source']['from'];
    /** Path or URL of the user's image, or null. */
    readonly image: string | null;
    readonly state: BaseState;
    /** Of the cluster, whichever are built. */
    readonly nodes: readonly string[];
  }[];
  readonly files: readonly {
    /** `shared` for the image of all nodes. */
    readonly kind: PlannedItem['kind'];
    /** Of the node, or of the cluster. */
    readonly name: string;
    readonly format: BuildFormat;
    readonly path: string;
    /** Name of its base. */
    readonly base: string;
    readonly state: ExaminedFile['state'];
  }[];
}

/** Describes a build for other programs. */
export function describeBuild({ bases, items }: ExaminedPlan): DescribedBuild {
  return {
    bases: bases.map(({ planned: { name, target, source, givenName, nodes }, state }) => ({
      name,
      platform: platformOf(target),
      from: source.from,
      image: givenName,
      state,
      nodes,
    })),
    files: items.flatMap(({ item: { kind, name, base }, files }) =>
      files.map(({ format, path, state }) => ({ kind, name, format, path, base: base.name, state })),
    ),
  };
}

const stateOfBase: Readonly<Record<BaseState, string>> = {
  cached: 'in the cache',
  build: 'will be built from packages',
  download: 'will be downloaded',
  unpack: 'will be unpacked',
  'in-place': 'used where it is',
};

const stateOfFile: Readonly<Record<ExaminedFile['state'], string>> = {
  new: 'new',
  built: 'there; written again when anything in it changes',
  foreign: 'not written by dlimage, or changed since: the build stops',
};

/** A build for people: its bases, and its files. */
export function formatBuild(build: DescribedBuild, shown: (path: string) => string): string {
  const bases = build.bases.map(({ name, platform, image, state, nodes }) => [
    `  ${name}`,
    platform,
    stateOfBase[state],
    nodes.join(', '),
    image ?? '',
  ]);
  const files = build.files.map(({ kind, name, path, state }) => [
    `  ${kind === 'shared' ? 'all nodes' : name}`,
    shown(path),
    stateOfFile[state],
  ]);
  return `bases\n${formatRows(bases)}\n\nfiles\n${formatRows(files)}`;
}

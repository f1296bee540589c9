import type { ClusterNode } from './cluster.ts';
import type { BaseDefinition } from '../generated/base.ts';
import type { Profile } from '../generated/profile.ts';

/** A base that dlimage builds from packages. */
export type BuiltDefinition = BaseDefinition & Required<Pick<BaseDefinition, 'build' | 'platforms'>>;

/** A base that its publisher made. */
export type VendorDefinition = BaseDefinition & Required<Pick<BaseDefinition, 'vendor'>>;

/** Properties of a base's first boot that decide what dlimage writes. */
export interface BaseTraits {
  /** Place of the seed. On the boot partition it is found by a label or by the base's own configuration. */
  readonly seed: 'boot-partition' | 'root-directory';
  readonly networkVersion: 1 | 2;
  /** Network renderer, by netplan's name; null where netplan is not used. */
  readonly renderer: 'networkd' | 'NetworkManager' | null;
  /** True when cloud-init grows the root file system, false when the base has its own means. */
  readonly isGrownByCloudInit: boolean;
  /** True when the base calls its wired interface by another name than the profile does. */
  readonly renamesInterfaces: boolean;
  /** Overlays for what is odd about the base. */
  readonly overlays: readonly string[];
}

/** Anything that is not said otherwise: cloud-init's defaults, netplan with systemd-networkd, and nothing odd. */
const usual: Omit<BaseTraits, 'seed'> = {
  networkVersion: 2,
  renderer: 'networkd',
  isGrownByCloudInit: true,
  renamesInterfaces: false,
  overlays: [],
};

/** Properties of a node's base. @throws Error for a base without the node's platform, which rules report. */
export function traitsOf({
  base,
  profile,
  name,
}: Pick<ClusterNode, 'base' | 'profile' | 'name'>): BaseTraits {
  // Nobody says how an image of the user names its interfaces. One that has the name already keeps it.
  if (base.from !== 'definition') return { ...usual, seed: 'root-directory', renamesInterfaces: true };
  const { definition } = base;
  if (isVendor(definition)) return vendorTraits(definition);
  const layout = definition.platforms?.[platformOf(profile)];
  if (layout === undefined) throw new Error(`${name}: base ${base.name} has no ${platformOf(profile)}`);
  return { ...usual, seed: layout.seed };
}

function vendorTraits({ vendor }: VendorDefinition): BaseTraits {
  return {
    seed: vendor.seed === 'root-directory' ? 'root-directory' : 'boot-partition',
    networkVersion: vendor.network.version,
    renderer: vendor.network.renderer ?? null,
    isGrownByCloudInit: vendor.growth === 'cloud-init',
    renamesInterfaces: vendor.interfaces === 'predictable',
    overlays: vendor.overlays ?? [],
  };
}

/** True for a base that is downloaded. */
export function isVendor(definition: BaseDefinition): definition is VendorDefinition {
  return definition.vendor !== undefined;
}

/** True for a base that is built from packages. */
export function isBuilt(definition: BaseDefinition): definition is BuiltDefinition {
  return definition.build !== undefined && definition.platforms !== undefined;
}

/** Key of a base's layouts and images: `raspberry-pi-arm64`. */
export function platformOf({ platform, architecture }: Pick<Profile, 'platform' | 'architecture'>): string {
  return `${platform}-${architecture}`;
}

/** Every platform that a base is made for. */
export function platformsOf({ platforms, vendor }: BaseDefinition): string[] {
  return Object.keys(platforms ?? vendor?.images ?? {});
}

/**
 * The board as a base runs on it: with the first of its architectures that the base is made for, or as it is when
 * there is none.
 */
export function boardWith(profile: Profile, definition: BaseDefinition): Profile {
  const platforms = platformsOf(definition);
  const architecture = [profile.architecture, ...(profile.also_runs ?? [])].find((candidate) =>
    platforms.includes(platformOf({ ...profile, architecture: candidate })),
  );
  return architecture === undefined ? profile : { ...profile, architecture };
}

/** True when a base is made for a board, in any architecture of the board's. */
export function runsOn(profile: Profile, definition: BaseDefinition): boolean {
  return platformsOf(definition).includes(platformOf(boardWith(profile, definition)));
}

import { isBuilt, isVendor, platformOf } from '../cluster/model/base-traits.ts';
import type { ClusterBase, ClusterNode, UserImage } from '../cluster/model/cluster.ts';
import type { Profile } from '../cluster/generated/profile.ts';
import type { BaseRequest } from './host/base-request.ts';
import type { VendorRequest } from './host/vendor-base.ts';

/** Tells which nodes have the same base. */
export function wantedBase({ base, profile }: ClusterNode): string {
  return base.from === 'definition'
    ? `${base.name} ${platformOf(profile)} ${JSON.stringify(base.image)}`
    : JSON.stringify(base);
}

/** Where a base comes from. */
export type BaseSource =
  | { readonly from: 'packages'; readonly request: BaseRequest }
  | { readonly from: 'publisher'; readonly request: VendorRequest }
  | { readonly from: 'user'; readonly image: UserImage };

/** Says where the base of a node comes from. */
export function sourceOf(base: ClusterBase, profile: Profile, extraPackages: readonly string[]): BaseSource {
  if (base.from !== 'definition') return { from: 'user', image: base };
  const { name: definitionName, definition, image } = base;
  const { platform, architecture } = profile;
  if (image !== null) return { from: 'user', image };
  if (isVendor(definition)) {
    return { from: 'publisher', request: { definitionName, definition, platform, architecture } };
  }
  if (!isBuilt(definition)) throw new Error(`base ${definitionName} is neither built nor downloaded`);
  return { from: 'packages', request: { definitionName, definition, platform, architecture, extraPackages } };
}

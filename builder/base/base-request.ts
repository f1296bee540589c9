import type { BuiltDefinition, VendorDefinition } from '../cluster/model/base-traits.ts';

/** Hardware side of a base: what picks its kernel, boot loader and disk layout. */
export interface BaseTarget {
  readonly platform: 'raspberry-pi' | 'uefi' | 'pc';
  /** Debian architecture name. */
  readonly architecture: 'amd64' | 'arm64' | 'armhf' | 'armel';
}

/** A base to be built from packages. Everything here decides its content, and so its key. */
export interface BaseRequest extends BaseTarget {
  /** Name of the definition's file: `debian-13`. */
  readonly definitionName: string;
  readonly definition: BuiltDefinition;
  /** Packages of the user's own, beyond those of the definition. */
  readonly extraPackages: readonly string[];
}

/** A publisher's image. */
export interface VendorRequest extends BaseTarget {
  /** Name of the definition's file: `ubuntu-24.04`. */
  readonly definitionName: string;
  readonly definition: VendorDefinition;
}

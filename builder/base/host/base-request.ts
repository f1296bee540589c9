import type { BuiltDefinition } from '../../cluster/model/base-traits.ts';
import type { Progress } from '../../system/host/progress.ts';

/** Hardware side of a base: what picks its kernel, boot loader and disk layout. */
export interface BaseTarget {
  readonly platform: 'raspberry-pi' | 'uefi' | 'pc';
  /** Debian architecture name. */
  readonly architecture: 'amd64' | 'arm64' | 'armhf' | 'armel';
}

/** Which base is wanted. Everything here but the mirror decides its content, and so its key. */
export interface BaseRequest extends BaseTarget {
  /** Name of the definition's file: `debian-13`. */
  readonly definitionName: string;
  readonly definition: BuiltDefinition;
  /** Packages of the user's own, beyond those of the definition. */
  readonly extraPackages: readonly string[];
}

/** How a wanted base is got. */
export interface EnsureBaseOptions {
  /** URI of a Debian mirror; without it the mirror is that of this machine's own apt configuration. */
  readonly mirror?: string;
  /** True leaves out the archive of security updates: for images that are only looked at. */
  readonly isWithoutSecurity?: boolean;
  /** Directory of the cache: bases lie in its `bases/`. */
  readonly cacheDirectory: string;
  /** True asks no server: what is not in the cache is an error. */
  readonly isOffline?: boolean;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

import { nameOfProfile } from '../resolve/board-lookup.ts';
import type { DefinitionFlags } from '../source/command-line.ts';

/** A cluster whose identities are here. */
export interface KnownStore {
  /** Name of the cluster and of the folder. */
  readonly name: string;
  /** Board of the last build, where that is known. */
  readonly profile: string | undefined;
}

/** The cluster that a command without a definition is about. */
export type StoreChoice =
  | { readonly store: string | undefined; readonly candidates?: undefined }
  | { readonly store?: undefined; readonly candidates: readonly string[] };

/**
 * Chooses among the clusters that are here: the one that is named, the one of the board that is named, or the only one.
 * No store is chosen when the flags speak of a new cluster.
 */
export function chooseStore(
  stores: readonly KnownStore[],
  { name, profile }: Pick<DefinitionFlags, 'name' | 'profile'>,
): StoreChoice {
  const names = stores.map((store) => store.name);
  const wanted = name ?? (profile === undefined ? undefined : nameOfProfile(profile));
  if (wanted !== undefined && names.includes(wanted)) return { store: wanted };
  if (name !== undefined) return { store: undefined };
  const candidates =
    profile === undefined ? names : stores.filter((one) => one.profile === wanted).map((one) => one.name);
  return candidates.length > 1 ? { candidates } : { store: candidates[0] };
}

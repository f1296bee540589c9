import type { Profile } from '../generated/profile.ts';

/** What Docker calls the architecture of a board: Debian's `armhf` is `arm`, the others have the same name. */
export function dockerArchitecture({ architecture }: Pick<Profile, 'architecture'>): string {
  return architecture === 'armhf' ? 'arm' : architecture;
}

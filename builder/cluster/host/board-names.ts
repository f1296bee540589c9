import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../system/host/package-root.ts';

/** Names of the boards that come with dlimage: those of their files in `profiles/`. */
export function boardNames(): string[] {
  const files = readdirSync(join(packageRoot, 'profiles')).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => name.replace(/\.yaml$/, '')).toSorted();
}

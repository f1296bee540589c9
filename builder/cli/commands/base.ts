import {
  boardWith,
  isBuilt,
  isVendor,
  platformsOf,
  type BuiltDefinition,
} from '../../cluster/model/base-traits.ts';
import type { BaseDefinition } from '../../cluster/generated/base.ts';
import type { Profile } from '../../cluster/generated/profile.ts';
import type { BuiltBase } from '../../base/host/built-base.ts';
import { listBases, removeBase } from '../../base/host/base-cache.ts';
import { ensureBase } from '../../base/host/ensure-base.ts';
import { ensureVendorBase } from '../../base/host/vendor-base.ts';
import { cacheDirectory } from '../../system/host/cache-directory.ts';
import { readShippedCatalogue } from '../../cluster/host/read-catalogue.ts';
import { UsageError } from '../../report/errors.ts';
import { formatBytes } from '../../report/format-units.ts';
import { printLine, printResult, progressFor, type GlobalOptions } from '../terminal/console.ts';
import { formatTable } from '../../report/format-table.ts';
import { abortOnInterruption } from '../terminal/interruption.ts';

type BaseOptions = GlobalOptions & { readonly cache?: string };

/** `dlimage base list`: what can be built, and what is in the cache. */
export async function runBaseList(options: BaseOptions): Promise<void> {
  const [{ profiles, bases }, cached] = await Promise.all([
    readShippedCatalogue(),
    listBases(cacheDirectory(options.cache)),
  ]);
  if (options.json === true) {
    const available = [...bases].map(([name, definition]) => ({
      name,
      description: definition.description,
      platforms: platformsOf(definition),
    }));
    printResult({ available, cached });
    return;
  }
  const forProfiles = (base: string, isFor: (profile: Profile) => boolean = () => true): string =>
    [...profiles]
      .filter(([, profile]) => profile.bases.includes(base) && isFor(profile))
      .map(([name]) => name)
      .join(' ');
  const available = [...bases].map(([name, definition]) => [name, forProfiles(name), definition.description]);
  const rows = cached.map((base) => [
    base.key.slice(0, 12),
    base.definitionName,
    forProfiles(base.definitionName, (profile) => isMadeFor(base, profile)),
    new Date(base.epochSeconds * 1000).toISOString().slice(0, 10),
    formatBytes(base.sizeBytes),
    base.origin ?? (base.extraPackages.length === 0 ? '' : `with ${base.extraPackages.join(', ')}`),
  ]);
  printLine(formatTable(['base', 'for profiles', 'what it is'], available));
  printLine('');
  if (rows.length === 0) printLine('The cache is empty.');
  else printLine(formatTable(['in the cache', 'base', 'for profiles', 'packages of', 'size', ''], rows));
}

/** True when nodes of the profile are made from what was built or downloaded for this platform. */
function isMadeFor({ platform, architecture }: BuiltBase, profile: Profile): boolean {
  const runs = [profile.architecture, ...(profile.also_runs ?? [])];
  return platform === profile.platform && runs.some((one) => one === architecture);
}

/** `dlimage base build`: makes or downloads a base ahead of time. */
export async function runBaseBuild(
  name: string | undefined,
  options: BaseOptions & { readonly profile: string; readonly mirror?: string; readonly offline?: boolean },
): Promise<void> {
  const { profiles, bases } = await readShippedCatalogue();
  const profile = profiles.get(options.profile);
  if (profile === undefined) {
    throw new UsageError(
      `there is no profile ${options.profile}`,
      `profiles: ${[...profiles.keys()].join(', ')}`,
    );
  }
  const definitionName = name ?? profile.default_base;
  const definition = bases.get(definitionName);
  if (definition === undefined || !profile.bases.includes(definitionName)) {
    throw new UsageError(
      `there is no base ${definitionName} for ${options.profile}`,
      `bases for it: ${profile.bases.join(', ')}`,
    );
  }
  const { platform, architecture } = boardWith(profile, definition);
  const target = { definitionName, platform, architecture };
  const ensureOptions = {
    cacheDirectory: cacheDirectory(options.cache),
    progress: progressFor(options),
    signal: abortOnInterruption(),
    isOffline: options.offline === true,
    ...(options.mirror === undefined ? {} : { mirror: options.mirror }),
  };
  const base = isVendor(definition)
    ? await ensureVendorBase({ ...target, definition }, ensureOptions)
    : await ensureBase({ ...target, definition: builtOnly(definition), extraPackages: [] }, ensureOptions);
  if (options.json === true) printResult({ key: base.key, image: base.imagePath });
  else if (options.quiet !== true) printLine(base.imagePath);
}

function builtOnly(definition: BaseDefinition): BuiltDefinition {
  if (!isBuilt(definition)) throw new Error(`${definition.description} is neither built nor downloaded`);
  return definition;
}

/** `dlimage base rm`: keys may be cut short as long as they mean one base. */
export async function runBaseRemove(keys: readonly string[], options: BaseOptions): Promise<void> {
  const directory = cacheDirectory(options.cache);
  const cached = await listBases(directory);
  const wanted = keys.map((key) => {
    const matching = cached.filter((base) => base.key.startsWith(key));
    const [only] = matching;
    if (only === undefined)
      throw new UsageError(`no base in the cache has a key that begins with ${key}`, 'see dlimage base list');
    if (matching.length > 1)
      throw new UsageError(`${key} means ${matching.length} bases`, 'give more of the key');
    return only;
  });
  for (const base of wanted) {
    await removeBase(directory, base.key);
    if (options.json !== true && options.quiet !== true)
      printLine(`removed ${base.key.slice(0, 12)} ${base.definitionName}`);
  }
  if (options.json === true)
    printResult({ removed: wanted.map(({ key, definitionName }) => ({ key, base: definitionName })) });
}

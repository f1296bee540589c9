import { parse } from 'yaml';

/** A place with files of a seed, as far as it decides which one cloud-init takes. */
export interface SeedPlace {
  /** Whether it is the seed directory of the root filesystem, or a FAT partition. */
  readonly on: 'root' | 'fat';
  /** Whether it is the partition that the node mounts at /boot or /boot/firmware. */
  readonly isBoot: boolean;
  /** Label of its filesystem. */
  readonly label: string;
  readonly files: readonly string[];
}

interface NoCloudSettings {
  readonly seedfrom?: unknown;
  readonly fs_label?: unknown;
}

/**
 * The seed whose user-data cloud-init takes: that of `seedfrom`, else of a volume with the label, else of the seed
 * directory. Undefined when none is complete. Words of the kernel command line are not looked at.
 * Source: cloud-init 25.1, sources/DataSourceNoCloud.py
 *
 * @param settings - texts of `cloud.cfg` and then of the files of `cloud.cfg.d` in the order of their names
 */
export function winningSeed<T extends SeedPlace>(
  settings: readonly string[],
  places: readonly T[],
): T | undefined {
  const { seedfrom, fs_label: label = 'cidata' } = noCloudSettings(settings);
  const complete = places.filter(({ files }) =>
    ['user-data', 'meta-data'].every((name) => files.includes(name)),
  );
  const inDirectory = complete.find(({ on }) => on === 'root');
  const labelled =
    typeof label === 'string'
      ? complete.find((one) => one.on === 'fat' && one.label.toLowerCase() === label.toLowerCase())
      : undefined;
  if (typeof seedfrom === 'string' && /^(file:\/\/)?\/boot(\/firmware)?\/?$/.test(seedfrom)) {
    return complete.find(({ isBoot }) => isBoot) ?? labelled ?? inDirectory;
  }
  return labelled ?? inDirectory;
}

/** Each key as the last file that has it says, also when it says nothing (null). */
function noCloudSettings(settings: readonly string[]): NoCloudSettings {
  return Object.assign(
    {},
    ...settings.map((text) => asMap(asMap(asMap(read(text))['datasource'])['NoCloud'])),
  );
}

/** What cloud-init cannot read has no say. */
function read(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' });
  } catch {
    return null;
  }
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

import { parse } from 'yaml';

/** A place with files of a seed, as far as it decides which one cloud-init takes. */
export interface SeedPlace {
  /** True for a seed directory of the root filesystem, false for the top of a FAT partition. */
  readonly on: 'root' | 'fat';
  /** Number of its partition. */
  readonly partition: number;
  /** Label of its filesystem. */
  readonly label: string;
  /** Its mount point while cloud-init looks for seeds; empty for a partition that is not mounted. */
  readonly directories: readonly string[];
  /** Names of the files that are there. */
  readonly files: readonly string[];
  /** Text of `meta-data`; empty where there is none. */
  readonly metaData: string;
  /** Target of its `user-data` when that is a link, absolute on the node; null for a file. */
  readonly leadsTo: string | null;
}

/** An image's settings for cloud-init's search for seeds. */
export interface SeedSettings {
  /** Texts of `cloud.cfg` and then of the files of `cloud.cfg.d` in the order of their names. */
  readonly settings: readonly string[];
  /** Words for the kernel, of all boot loaders' files. */
  readonly words: readonly string[];
}

type YamlMap = Readonly<Record<string, unknown>>;

/**
 * The seed whose user-data cloud-init takes: that of `seedfrom`, else of the volume with the label, else of the seed
 * directory. Undefined when it takes none of these places, but another one, or none at all.
 * Source: cloud-init 25.1, sources/DataSourceNoCloud.py
 */
export function winningSeed<T extends SeedPlace>(
  { settings, words }: SeedSettings,
  places: readonly T[],
): T | undefined {
  const written = settings.map((text) => asMap(readYaml(text)));
  const noCloud = noCloudSettings(written);
  if (isElsewhere(written, words)) return undefined;
  const complete = places.filter(({ files }) =>
    ['user-data', 'meta-data'].every((name) => files.includes(name)),
  );
  const inDirectory = complete.find(({ on }) => on === 'root');
  const labelled = withLabel(complete, noCloud['fs_label'] === undefined ? 'cidata' : noCloud['fs_label']);
  const isWritten = 'user-data' in noCloud && 'meta-data' in noCloud;
  const seedfrom = [
    noCloud['seedfrom'],
    fromCommandLine(words),
    seedfromOf(inDirectory),
    isWritten ? asMap(noCloud['meta-data'])['seedfrom'] : undefined,
    seedfromOf(labelled),
  ].find((one) => typeof one === 'string' && one !== '');
  if (typeof seedfrom === 'string') return followed(placeAt(complete, seedfrom), complete);
  if (labelled !== undefined) return labelled;
  return isWritten ? undefined : followed(inDirectory, complete);
}

/** Each key as the last file that has it says, also when it says nothing (null). */
function noCloudSettings(written: readonly YamlMap[]): YamlMap {
  return Object.assign({}, ...written.map((one) => asMap(asMap(one['datasource'])['NoCloud'])));
}

/** True when the datasource is no NoCloud, or cloud-init is off. */
function isElsewhere(written: readonly YamlMap[], words: readonly string[]): boolean {
  const list = written.findLast((one) => 'datasource_list' in one)?.['datasource_list'];
  if (Array.isArray(list) && !list.includes('NoCloud')) return true;
  return words.some((word) => {
    const [, name = '', source = ''] = /^(cloud-init|ds)=([^;]*)/.exec(word) ?? [];
    return name === 'ds' ? !/^nocloud(-net)?$/i.test(source) : name !== '' && source.startsWith('disabled');
  });
}

/** The address behind `s=` of `ds=nocloud;s=file:///seed/`. Of several words the last counts. */
function fromCommandLine(words: readonly string[]): string | undefined {
  const last = words.findLast((word) => /^ds=nocloud(-net)?(;|$)/.test(word)) ?? '';
  return last
    .split(';')
    .flatMap((part) => /^(?:s|seedfrom)=(.*)$/.exec(part)?.[1] ?? [])
    .at(-1);
}

function seedfromOf(place: SeedPlace | undefined): unknown {
  return place === undefined ? undefined : asMap(readYaml(place.metaData))['seedfrom'];
}

/** Of several volumes with a label the one with the last name of a device: `sda2` before `sda10`. */
function withLabel<T extends SeedPlace>(places: readonly T[], label: unknown): T | undefined {
  if (typeof label !== 'string') return undefined;
  const labels = [label, label.toUpperCase(), label.toLowerCase()];
  return places
    .filter((one) => one.on === 'fat' && labels.includes(one.label))
    .toSorted((one, other) => (String(one.partition) < String(other.partition) ? 1 : -1))[0];
}

/** Other places, and places that do not exist, do not count. */
function placeAt<T extends SeedPlace>(places: readonly T[], address: string): T | undefined {
  const path = address.replace(/^file:\/\//, '').replace(/\/+$/, '');
  return places.find(({ directories }) => directories.includes(path));
}

/** HypriotOS's seed directory has links into its boot partition. */
function followed<T extends SeedPlace>(place: T | undefined, places: readonly T[]): T | undefined {
  if (place === undefined || place.leadsTo === null) return place;
  return placeAt(places, place.leadsTo.replace(/[^/]*$/, ''));
}

/** A file that cloud-init cannot read has no effect. */
function readYaml(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' });
  } catch {
    return null;
  }
}

function asMap(value: unknown): YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

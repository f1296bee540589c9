import { parse } from 'yaml';
import { kernelWords } from '../../image/kernel-words.ts';

/** Something in an image because of which its cloud-init would not take the seed of a node. */
export interface Hindrance {
  /** `off`: cloud-init would not start at all; `other`: it would take another seed or network. */
  readonly kind: 'off' | 'other';
  /** Path in the image: `/etc/cloud/cloud-init.disabled`, `boot:/cmdline.txt` on the boot partition. */
  readonly path: string;
  /** The setting in that file; null when the file itself is it. */
  readonly setting: string | null;
}

/** Files of an image by path, with their texts. */
export type ImageTexts = ReadonlyMap<string, string>;

/** The last of our own files: what stands in one that comes before it is overridden. */
const lastOfOurs = 'zz-dlimage.cfg';
/** Larger ones are no settings that anybody wrote. */
const limit = 1024 * 1024;

/**
 * Finds what dlimage cannot override by files of its own. Source: cloud-init's ds-identify, util.read_conf_d and
 * DataSourceNoCloud.
 *
 * @param commandLines - files that hold words for the kernel
 * @param settings - `ds-identify.cfg`, `cloud.cfg` and files of `cloud.cfg.d`
 */
export function findHindrances(commandLines: ImageTexts, settings: ImageTexts): Hindrance[] {
  return [
    ...[...commandLines].flatMap(([path, text]) => inCommandLine(path, text)),
    ...[...settings].flatMap(([path, text]) =>
      path.endsWith('/ds-identify.cfg') ? inDsIdentify(path, text) : inSettings(path, text),
    ),
  ];
}

function inCommandLine(path: string, text: string): Hindrance[] {
  return [...new Set(kernelWords(text))].flatMap((word): Hindrance[] => {
    const kind = kindOfWord(word);
    return kind === undefined ? [] : [{ kind, path, setting: word }];
  });
}

function kindOfWord(word: string): Hindrance['kind'] | undefined {
  const [, name = '', value = ''] =
    /^(cloud-init|ci\.di\.policy|ci\.ds|ci\.datasource|ds|network-config)=(.+)$/.exec(word) ?? [];
  if (name === '') return undefined;
  if (name === 'cloud-init' || name === 'ci.di.policy')
    return value.startsWith('disabled') ? 'off' : undefined;
  if (name === 'network-config') return 'other';
  const [source = '', ...more] = value.toLowerCase().split(';');
  if (!['nocloud', 'nocloud-net'].includes(source)) return 'off';
  return more.some((part) => part !== '') ? 'other' : undefined;
}

function inDsIdentify(path: string, text: string): Hindrance[] {
  return text.split('\n').flatMap((line): Hindrance[] => {
    const [, key = '', value = ''] = /^(policy|datasource):\s*(\S+)/.exec(line) ?? [];
    const isOff = key === 'policy' ? value.startsWith('disabled') : key !== '' && value !== 'NoCloud';
    return isOff ? [{ kind: 'off', path, setting: `${key}: ${value}` }] : [];
  });
}

function inSettings(path: string, text: string): Hindrance[] {
  const written = parseSettings(text);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found: Hindrance[] = [];
  const noCloud = asMap(asMap(written['datasource'])['NoCloud']);
  // A whole seed among the settings. Keys that are there count, whatever their value.
  if ('user-data' in noCloud && 'meta-data' in noCloud) {
    found.push({ kind: 'other', path, setting: 'datasource: NoCloud: user-data' });
  }
  if (!path.includes('/cloud.cfg.d/') || name <= lastOfOurs) return found;
  for (const key of ['datasource_list', 'datasource', 'network']) {
    if (key in written) found.push({ kind: 'other', path, setting: key });
  }
  return found;
}

/** A file that cloud-init cannot read has no effect. */
function parseSettings(text: string): Readonly<Record<string, unknown>> {
  if (text.length > limit) return {};
  try {
    return asMap(parse(text, { logLevel: 'silent' }));
  } catch {
    return {};
  }
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

import { findHindrances, type Hindrance } from '../../../cluster/contents/cloud-init-hindrances.ts';
import { createExtTree } from '../../../image/ext-tree.ts';
import type { BaseImage } from '../../../image/host/base.ts';
import { statExt } from '../../../image/host/ext-programs.ts';
import { openImageFiles, type ImageFiles } from '../../../image/host/image-files.ts';
import { readCommandLines } from '../../../image/host/read-command-lines.ts';
import type { OpenImage } from '../../../image/host/open-image.ts';

const units = ['-local', '-main', '-network', ''].map((part) => `cloud-init${part}.service`);
/** They switch cloud-init off when they lead to /dev/null. Source: systemd.unit(5), systemd.generator(7) */
const masks = [
  ...[...units, 'cloud-init.target', 'cloud-config.service', 'cloud-final.service'].map(
    (unit) => `/etc/systemd/system/${unit}`,
  ),
  '/etc/systemd/system-generators/cloud-init-generator',
];
const marker = '/etc/cloud/cloud-init.disabled';
/** With it cloud-init takes no network from anybody. Source: cloud-init, Init._find_networking_config */
const networkMarker = '/var/lib/cloud/data/upgraded-network';
const settings = ['/etc/cloud/ds-identify.cfg', '/etc/cloud/cloud.cfg'];
const directory = '/etc/cloud/cloud.cfg.d';

/** Reads what of an image could keep its cloud-init from the seed of a node. */
export async function readHindrances(open: OpenImage, { path, root, boot }: BaseImage): Promise<Hindrance[]> {
  const tree = createExtTree((paths) => statExt({ imagePath: path, offsetBytes: root.offsetBytes }, paths));
  const links = await tree.resolve(masks);
  const places = [marker, networkMarker, directory, ...settings];
  const [found, upgraded, folder, ...named] = await tree.resolve(places, true);
  const files = await openImageFiles(open, root);
  const isThere = (wanted: string) => named[settings.indexOf(wanted)]?.node?.kind === 'file';
  const names = folder?.node?.kind === 'directory' ? await files.list(directory) : [];
  const parts = names.filter(({ name, kind }) => kind === 'file' && name.endsWith('.cfg'));
  const written = await readTexts(files, [
    ...settings.filter(isThere),
    ...parts.map(({ name }) => `${directory}/${name}`),
  ]);
  const off = [
    ...(found?.node?.kind === 'file' ? [marker] : []),
    ...masks.filter((_, index) => links[index]?.node?.target === '/dev/null'),
  ];
  return [
    ...off.map((one): Hindrance => ({ kind: 'off', path: one, setting: null })),
    ...(upgraded?.node == null ? [] : [{ kind: 'other', path: networkMarker, setting: null } as const]),
    ...findHindrances(await readCommandLines(open, { root, boot }), new Map(written)),
  ];
}

async function readTexts(files: ImageFiles, paths: readonly string[]): Promise<[string, string][]> {
  if (paths.length === 0) return [];
  const texts = await files.readAll(paths);
  return paths.map((path, index) => [path, texts[index]?.toString('utf8') ?? '']);
}

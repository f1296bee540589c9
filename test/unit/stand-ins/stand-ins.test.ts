import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandLinePath, editCommandLine, editConfig } from '../../../builder/image/board-files.ts';
import { isVendor, platformOf, type VendorDefinition } from '../../../builder/cluster/model/base-traits.ts';
import { readShippedCatalogue } from '../../../builder/cluster/host/read-catalogue.ts';
import type { StandIn, StandInPartition } from '../../stand-ins/stand-in.ts';
import { standIns, type StandInName } from '../../stand-ins/stand-ins.ts';

// What can be told without building one: that a stand-in is like the image that its definition describes.
const { bases, profiles } = await readShippedCatalogue();
const names = Object.keys(standIns) as StandInName[];
const sectorBytes = 512;
const mebibyte = 1024 * 1024;
const standInsFolder = join(import.meta.dirname, '../../stand-ins');

function modelOf({ model }: StandIn): VendorDefinition {
  const definition = bases.get(model);
  if (definition === undefined || !isVendor(definition)) throw new Error(`${model} is no publisher's image`);
  return definition;
}

function textOf(name: StandInName, path: string): string | undefined {
  const file = join(standInsFolder, name, 'rootfs', path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Where the publisher's own settings of cloud-init are. */
function settingsOf(name: StandInName): string {
  const places = ['99-fake-cloud', '99_raspberry-pi', '99-hypriot', '90_dpkg'].map(
    (file) => `etc/cloud/cloud.cfg.d/${file}.cfg`,
  );
  return places.find((path) => textOf(name, path) !== undefined) ?? '';
}

function partitionAt({ partitions }: StandIn, mountPoint: string) {
  return partitions.find(({ content }) => content.kind !== 'code' && content.mountPoint === mountPoint)
    ?.content;
}

function labelOf(content: StandInPartition['content'] | undefined): string | undefined {
  return content === undefined || content.kind === 'code' ? undefined : content.label;
}

/** How files of the image name a partition: by its label, or by the disk's id where the publisher does. */
function sourceOf({ diskId }: StandIn, number: number, label: string): string {
  return diskId === undefined ? `LABEL=${label}` : `PARTUUID=${diskId}-0${number}`;
}

describe.each(names)('%s', (name) => {
  const standIn: StandIn = standIns[name];
  const { vendor } = modelOf(standIn);
  const image = vendor.images[platformOf(standIn)];

  it('stands for a base that a board has, in the architecture of its image', () => {
    expect(image).toBeDefined();
    const boards = [...profiles.values()].filter(({ bases: known }) => known.includes(standIn.model));
    expect(
      boards.some(
        ({ platform, architecture, also_runs: others = [] }) =>
          platform === standIn.platform && [architecture, ...others].includes(standIn.architecture),
      ),
    ).toBe(true);
  });

  it('has the table, the labels and the mount points of its model', () => {
    expect(standIn.table === 'dos' ? 'mbr' : 'gpt').toBe(image?.layout.table);
    expect(labelOf(partitionAt(standIn, vendor.boot_mount))).toBe(image?.layout.boot_label);
    expect(labelOf(partitionAt(standIn, '/'))).toBe(image?.layout.root_label);
    const mounted = (textOf(name, 'etc/fstab') ?? '')
      .split('\n')
      .filter((line) => /^(?:LABEL|PARTUUID)=/.test(line));
    expect(mounted.map((line) => line.split(/\s+/).slice(0, 2)).toSorted()).toEqual(
      standIn.partitions
        .flatMap(({ content, number }) =>
          content.kind === 'code' ? [] : [[sourceOf(standIn, number, content.label), content.mountPoint]],
        )
        .toSorted(),
    );
  });

  it('has partitions that lie one behind another, the root last, so that it can grow', () => {
    let end = 2048;
    const placed = standIn.partitions.toSorted((one, other) => one.startSector - other.startSector);
    for (const { startSector, sizeMb } of placed) {
      expect(startSector).toBeGreaterThanOrEqual(end);
      end = startSector + ((sizeMb ?? 0) * mebibyte) / sectorBytes;
    }
    expect(placed.at(-1)).toMatchObject({ content: { mountPoint: '/' } });
    expect(placed.at(-1)?.sizeMb).toBeUndefined();
    expect(end * sectorBytes).toBeLessThan(standIn.sizeMb * mebibyte - 1024 * mebibyte);
  });

  it('lacks what nodes need, as its model does', () => {
    expect(standIn.packages.filter((one) => /^(?:docker|glusterfs|keepalived|chrony|jq$)/.test(one))).toEqual(
      [],
    );
    expect(new Set(standIn.packages).size).toBe(standIn.packages.length);
    const renderer = { networkd: 'systemd-resolved', NetworkManager: 'network-manager', '': 'ifupdown' };
    expect(standIn.packages).toContain(renderer[vendor.network.renderer ?? '']);
  });

  it('finds its seed as its model does', () => {
    const boot = vendor.boot_mount.slice(1);
    const settings = textOf(name, settingsOf(name)) ?? '';
    const { datasource_list: list, datasource } = parse(settings) as Record<string, unknown>;
    expect(list).toContain('NoCloud');
    const expected = {
      'root-directory': undefined,
      'boot-links': undefined,
      'boot-label': { NoCloud: { fs_label: image?.layout.boot_label } },
      'boot-seedfrom': { NoCloud: { seedfrom: `file://${vendor.boot_mount}` } },
    };
    expect(datasource).toEqual(expected[vendor.seed]);
    const isOnBoot = vendor.seed !== 'root-directory';
    for (const document of ['user-data', 'meta-data', 'network-config'])
      expect(textOf(name, `${boot}/${document}`) !== undefined, document).toBe(isOnBoot);
  });

  it('grows its file system by what its model has for that, and by nothing else', () => {
    const settings = textOf(name, settingsOf(name)) ?? '';
    const { cloud_init_modules: modules } = parse(settings) as { cloud_init_modules?: string[] };
    // Without a list of its own it has Debian's, which has both.
    const growing = modules?.filter((module) => ['growpart', 'resizefs'].includes(module));
    const expected = vendor.growth === 'cloud-init' ? ['growpart', 'resizefs'] : [];
    expect(growing ?? ['growpart', 'resizefs']).toEqual(expected);
    const files = readdirSync(join(standInsFolder, name), { recursive: true, withFileTypes: true });
    const growers = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
      .filter((text) => /^\s*resize2fs/m.test(text));
    expect(growers).toEqual([]);
  });

  if (standIn.platform !== 'raspberry-pi') return;

  it('has boot files that can be edited, twice to the same', () => {
    const boot = vendor.boot_mount.slice(1);
    const config = textOf(name, `${boot}/config.txt`) ?? '';
    const lines = [...(vendor.config ?? []), 'dtoverlay=i2c-rtc,ds3231'];
    const edited = editConfig(config, lines);
    expect(edited.startsWith(config)).toBe(true);
    expect(editConfig(edited, lines)).toBe(edited);
    const words = textOf(name, `${boot}${commandLinePath(config)}`) ?? '';
    expect(words).toContain(`root=${sourceOf(standIn, 2, image?.layout.root_label ?? '')} `);
    const changed = editCommandLine(words, vendor.command_line ?? []);
    expect(changed.trimEnd().split('\n')).toHaveLength(1);
    expect(editCommandLine(changed, vendor.command_line ?? [])).toBe(changed);
  });
});

import type { SeedPlace, SeedSettings } from '../../../../builder/image/winning-seed.ts';

/** An image that was somebody's before: what it tells cloud-init, its seeds, and the label of the one that is taken. */
export interface Past extends Pick<SeedSettings, 'settings'> {
  readonly title: string;
  /** That of the running kernel. */
  readonly commandLine: string;
  readonly places: readonly SeedPlace[];
  readonly wins: string | null;
}

const files = ['user-data', 'meta-data'];
const metaData = 'instance-id: old-1\n';
const whole = { files, metaData, leadsTo: null } as const;
const directory: SeedPlace = {
  ...{ ...whole, on: 'root', partition: 2, label: 'dlroot' },
  directories: ['/var/lib/cloud/seed/nocloud'],
};
const net: SeedPlace = { ...directory, label: 'net', directories: ['/var/lib/cloud/seed/nocloud-net'] };
const fat = (label: string, partition: number, more: Partial<SeedPlace> = {}): SeedPlace => ({
  ...{ ...whole, on: 'fat', partition, label, directories: [] },
  ...more,
});
const boot = (label: string): SeedPlace => fat(label, 1, { directories: ['/boot', '/boot/firmware'] });
const noCloud = (text: string): string => `datasource: {NoCloud: {${text}}}\n`;
const seedfrom = noCloud('seedfrom: "file:///boot/firmware"');
const ours = noCloud('seedfrom: null, fs_label: null');
const oursOnFat = noCloud('seedfrom: null, fs_label: cidata');

/** Pasts as they are found: installers', publishers', and those of earlier nodes. */
export const pasts: readonly Past[] = (
  [
    ['directory alone', [], '', [directory], 'dlroot'],
    ['first of two directories', [], '', [directory, net], 'dlroot'],
    ['second directory, the first not whole', [], '', [{ ...directory, files: ['user-data'] }, net], 'net'],
    ['cidata before the directory', [], '', [directory, boot('CIDATA')], 'CIDATA'],
    ['a label of another kind of letters', [], '', [directory, fat('Cidata', 3)], 'dlroot'],
    ['last of two volumes', [], '', [fat('cidata', 1), fat('CIDATA', 3)], 'CIDATA'],
    ['last by its name: 2 before 10', [], '', [fat('cidata', 2), fat('CIDATA', 10)], 'cidata'],
    [
      'a volume that is not whole is passed over',
      ...[[], '', [fat('cidata', 1), fat('CIDATA', 3, { files: ['user-data'] })], 'cidata'],
    ],
    [
      'Ubuntu: fs_label',
      [noCloud('fs_label: system-boot')],
      '',
      [boot('system-boot'), fat('CIDATA', 3)],
      'system-boot',
    ],
    ['Raspberry Pi OS: seedfrom', [seedfrom], '', [directory, boot('bootfs'), fat('CIDATA', 3)], 'bootfs'],
    ['seedfrom of something that is not there', [seedfrom], '', [directory, fat('CIDATA', 3)], null],
    ['seedfrom of a server', [noCloud('seedfrom: "http://a.example/"')], '', [directory], null],
    ['ours over seedfrom', [seedfrom, ours], '', [directory, boot('bootfs'), fat('CIDATA', 3)], 'dlroot'],
    ['ours on the boot partition', [seedfrom, oursOnFat], '', [directory, boot('CIDATA')], 'CIDATA'],
    ['a whole seed among the settings', [noCloud('user-data: x, meta-data: {}')], '', [directory], null],
    [
      'settings, and a volume',
      [noCloud('user-data: x, meta-data: {}')],
      '',
      [directory, fat('CIDATA', 3)],
      'CIDATA',
    ],
    [
      'command line with seedfrom',
      [ours],
      'quiet ds=nocloud;s=/boot/',
      [directory, boot('bootfs')],
      'bootfs',
    ],
    ['command line without', [ours], 'ds=nocloud root=/dev/sda', [directory, boot('bootfs')], 'dlroot'],
    ['command line with a name alone', [], 'ds=nocloud;h=old;i=old-2', [directory], 'dlroot'],
    ['settings before the command line', [seedfrom], 'ds=nocloud;s=/old/', [boot('bootfs')], 'bootfs'],
    [
      'seedfrom within a seed',
      ...[[], '', [{ ...directory, metaData: 'seedfrom: /boot/firmware/\n' }, boot('bootfs')], 'bootfs'],
    ],
    ['no seed at all', [], 'ds=nocloud', [], null],
    [
      'HypriotOS: links',
      [],
      '',
      [{ ...directory, leadsTo: '/boot/user-data' }, boot('HypriotOS')],
      'HypriotOS',
    ],
    ['an installer: another source', ['datasource_list: [None]\n'], '', [directory], null],
    [
      'an installer, overridden',
      ['datasource_list: [None]\n', 'datasource_list: [NoCloud]\n'],
      '',
      [directory],
      'dlroot',
    ],
    [
      'a file that is no YAML',
      [seedfrom, '{', ours, 'locale: false\n'],
      '',
      [directory, boot('bootfs')],
      'dlroot',
    ],
  ] as const
).map(([title, settings, commandLine, places, wins]): Past => ({
  title,
  settings,
  commandLine,
  places,
  wins,
}));

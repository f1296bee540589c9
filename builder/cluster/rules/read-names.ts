/** A folder of which a program reads some files only, by their names. */
export interface ReadNames {
  /** Absolute path on the node. */
  readonly folder: string;
  /** Its reader, for messages. */
  readonly reader: string;
  /** Names that are read. */
  readonly reads: RegExp;
  /** The same in words, behind "only files". */
  readonly inWords: string;
  /** Folders in it are read as well: their names are judged by nobody. */
  readonly readsFolders?: boolean;
}

const ending = (...endings: string[]) => new RegExp(`^[^.].*\\.(?:${endings.join('|')})$`);
const named = (...endings: string[]) => `whose names end in .${endings.join(' or .')}`;
const plain = 'with letters, digits, - and _ in their names';
const withoutDot = 'without a dot in their names';

function byEnding(reader: string, folders: string, ...endings: string[]): ReadNames[] {
  return folders
    .split(' ')
    .map((folder) => ({ folder, reader, reads: ending(...endings), inWords: named(...endings) }));
}

/** Source: the manual of each reader; sudoers(5), sshd_config(5), run-parts(8), apt.conf(5), sysctl.d(5) and their like */
export const readNames: readonly ReadNames[] = [
  {
    folder: '/etc/sudoers.d',
    reader: 'sudo',
    reads: /^[^.]*[^.~]$/,
    inWords: 'without a dot in their names, and without ~ at the end',
  },
  ...byEnding('sshd', '/etc/ssh/sshd_config.d', 'conf'),
  ...byEnding('ssh', '/etc/ssh/ssh_config.d', 'conf'),
  ...byEnding('cloud-init', '/etc/cloud/cloud.cfg.d', 'cfg'),
  ...byEnding(
    'systemd',
    '/etc/sysctl.d /etc/modules-load.d /etc/tmpfiles.d /etc/sysusers.d /etc/binfmt.d',
    'conf',
  ),
  ...byEnding(
    'systemd',
    '/etc/systemd/system.conf.d /etc/systemd/journald.conf.d /etc/systemd/logind.conf.d /etc/systemd/resolved.conf.d',
    'conf',
  ),
  ...byEnding('modprobe', '/etc/modprobe.d', 'conf'),
  ...byEnding('udev', '/etc/udev/rules.d', 'rules'),
  ...byEnding('the login shell', '/etc/profile.d', 'sh', 'csh'),
  ...byEnding('chrony', '/etc/chrony/conf.d', 'conf'),
  ...byEnding('chrony', '/etc/chrony/sources.d', 'sources'),
  ...byEnding('ldconfig', '/etc/ld.so.conf.d', 'conf'),
  ...byEnding('polkit', '/etc/polkit-1/rules.d', 'rules'),
  ...byEnding('apt', '/etc/apt/sources.list.d', 'list', 'sources'),
  ...byEnding('apt', '/etc/apt/trusted.gpg.d', 'gpg', 'asc'),
  ...['apt.conf.d', 'preferences.d'].map((name): ReadNames => {
    const suffix = name === 'apt.conf.d' ? 'conf' : 'pref';
    return {
      folder: `/etc/apt/${name}`,
      reader: 'apt',
      reads: new RegExp(`^[\\w-]+$|^[\\w.-]+\\.${suffix}$`),
      inWords: `whose names end in .${suffix}, or have no dot`,
    };
  }),
  { folder: '/etc/cron.d', reader: 'cron', reads: /^[\w-]+$/, inWords: plain },
  ...['hourly', 'daily', 'weekly', 'monthly'].map((name): ReadNames => ({
    folder: `/etc/cron.${name}`,
    reader: 'cron',
    reads: /^[\w-]+$/,
    inWords: plain,
  })),
  { folder: '/etc/update-motd.d', reader: 'the login', reads: /^[\w-]+$/, inWords: withoutDot },
  {
    folder: '/etc/systemd/system',
    reader: 'systemd',
    reads: /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/,
    inWords: 'whose names end in that of a unit, like .service or .timer',
    readsFolders: true,
  },
  {
    folder: '/etc/systemd/network',
    reader: 'systemd',
    reads: ending('network', 'netdev', 'link'),
    inWords: named('network', 'netdev', 'link'),
    readsFolders: true,
  },
];

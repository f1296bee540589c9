import type { Lan } from './lan.ts';
import type { Randomness } from '../../support/randomness.ts';

/** Texts for one `format` of the schemas: ones that people write, and ones that only just are, or are not, allowed. */
export interface Texts {
  readonly usual: readonly string[] | ((random: Randomness, lan: Lan) => string);
  readonly odd: readonly string[];
}

const x = (length: number): string => 'x'.repeat(length);
const address = (random: Randomness, lan: Lan): string => lan.address(random);

/** By the name of the format. A format that is missing here fails the test, so that new settings are tried, too. */
export const textsOfFormats: Readonly<Record<string, Texts>> = {
  'dns-label': {
    usual: (random) =>
      random.pick(['a', 'b', 'alpha', 'beta', 'node-7', 'pi', 'kitchen']) + random.between(0, 99),
    odd: [
      x(63),
      x(64),
      '10',
      '0x11',
      '0',
      '127',
      '1e3',
      '0b1',
      'localhost',
      'ip6-localhost',
      'all',
      'null',
      'true',
    ],
  },
  ipv4: {
    usual: address,
    odd: ['0.0.0.0', '255.255.255.255', '127.0.0.1', '224.0.0.18', '169.254.1.1', '8.8.8.8', '10.0.0.010'],
  },
  ip: { usual: address, odd: ['fd00::1', '2001:db8::1', '::1', 'fe80::1', '::ffff:10.0.0.1', 'ff02::1'] },
  'time-server': {
    usual: ['pool.ntp.org', '192.168.1.1'],
    odd: ['fd00::1', '2001:db8::1', 'fe80::1', '1', 'x y', 'ntp.'],
  },
  mac: {
    usual: ['b8:27:eb:00:00:01', 'dc:a6:32:aa:bb:cc'],
    odd: [
      'B8:27:EB:00:00:01',
      '00:00:00:00:00:00',
      'ff:ff:ff:ff:ff:ff',
      '01:00:5e:00:00:01',
      'b8-27-eb-00-00-01',
      'b827eb000001',
    ],
  },
  'group-name': {
    usual: ['video', 'dialout', 'plugdev'],
    odd: ['gpio', 'i2c', 'docker', 'sudo', 'root', 'wheel', 'ada', 'x'.repeat(32), 'users', 'nogroup'],
  },
  'network-name': {
    usual: ['web', 'proxy'],
    odd: ['ingress', 'host', 'bridge', 'none', 'docker_gwbridge', 'x'.repeat(63), 'a.b_c-d', 'A'],
  },
  'mount-options': {
    usual: ['vers=4.2,hard,noatime', 'vers=3,nolock'],
    odd: ['', 'ro', 'vers=3, nolock', '"x"', 'a=b=c', ',', 'vers=4.2,,hard', 'context="x,y"'],
  },
  'go-duration': { usual: ['30s', '1h30m'], odd: ['0', '1.5h', '-1s', '10', '1us', '9999999h'] },
  'ipv4-cidr': {
    usual: (random, lan) =>
      random.chance(0.7) ? lan.subnet : random.pick(['10.201.0.0/16', '172.30.0.0/16']),
    odd: [
      '10.0.0.0/8',
      '10.0.0.0/30',
      '8.8.8.0/24',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '224.0.0.0/24',
      '0.0.0.0/8',
    ],
  },
  host: {
    usual: ['pool.ntp.org', 'nas', 'nas.home.arpa', '192.168.1.5', '10.0.0.5'],
    odd: [
      'NAS.',
      `${x(63)}.${x(63)}.${x(63)}.${x(61)}`,
      '1',
      '0x7f.1',
      'fd00::1',
      '0.0.0.0',
      'localhost',
      'xn--bcher-kva.example',
    ],
  },
  'host-port': {
    usual: ['192.168.1.50:2377', 'manager.example:2377'],
    odd: ['a:1', '1.2.3.4:65535', '[fd00::1]:2377'],
  },
  'open-port': {
    usual: ['80/tcp', '53/udp', '8000-8010/tcp'],
    odd: ['1/tcp', '65535/udp', '1-65535/tcp', '22/tcp', '2377/tcp', '080/tcp', '5-5/udp', '8005-8020/tcp'],
  },
  domain: {
    usual: ['home.arpa', 'example.org', 'lan'],
    odd: ['local', 'home.arpa.', x(63), 'UPPER.example', '1.2', '10'],
  },
  'label-name': {
    usual: ['disk', 'room', 'a.b/c-d'],
    odd: [x(63), '1', 'node.id', 'A_B', 'com.docker.x', 'dlimage.y'],
  },
  line: {
    usual: ['ssd', 'attic', 'some words'],
    odd: [
      '',
      ' ',
      `"quoted"`,
      `it's`,
      '$HOME `id` \\',
      '# no',
      'a=b',
      'é€😀',
      '{{x}}',
      '%s',
      'null',
      '\u2028',
      x(3000),
    ],
  },
  'user-name': {
    usual: (random) =>
      random.pick(['ada', 'ben', 'anna', 'pi', 'grace']) + random.pick(['', '1', '_x', '-y']),
    odd: [
      x(32),
      x(33),
      '_',
      '_a',
      'root',
      'daemon',
      'docker',
      'sudo',
      'dlimage',
      'nobody',
      'sshd',
      'a-',
      'vagrant',
      'adm',
      'users',
      'null',
      'y',
    ],
  },
  'package-name': {
    usual: ['htop', 'tmux', 'zsh'],
    odd: ['a+b', '0ad', 'docker-ce', 'g++', 'libstdc++6', x(200)],
  },
  'stack-name': { usual: ['web', 'shop', 'my_app'], odd: ['a', x(32), '0', '1e3', 'null'] },
  'node-path': {
    usual: ['/bin/bash', '/bin/sh', '/opt/x', '/srv/y.txt', '/usr/local/bin/tool', '/etc/profile.d/mine.sh'],
    odd: [
      '/etc',
      '/etc/hostname',
      '/etc/motd/foo',
      '/lib',
      `/opt/${x(255)}`,
      '/opt/a b',
      '/opt/"q"',
      '/opt/é',
      '/proc/x',
      '/bin/zsh',
      '/home/ada/.bashrc',
      '/boot/x',
      '/nonexistent',
    ],
  },
  'device-path': {
    usual: ['/dev/sda', '/dev/nvme1n1'],
    odd: ['/dev/mmcblk0', '/dev/disk/by-id/usb-x:y@z+1', '/dev/sda1', '/dev/null', '/dev/zero'],
  },
  'file-mode': { usual: ['0644', '0600', '755'], odd: ['0000', '7777', '4755', '1777', '000'] },
  'file-owner': {
    usual: ['root:root', '1000:1000', 'root'],
    odd: ['0', '999999999:0', 'ada', 'ada:docker', 'www-data', 'nobody:nogroup'],
  },
  locale: {
    usual: ['C.UTF-8', 'en_GB.UTF-8', 'de_DE.UTF-8'],
    odd: [
      'pt_BR.UTF-8',
      'zh_TW.UTF-8',
      'sr_RS@latin',
      'sr_RS.UTF-8@latin',
      'xx_YY.UTF-8',
      'tok_XX.UTF-8',
      'tok',
      'aa_ER@saaho',
      'ca_ES.UTF-8@valencia',
      'de_DE.UTF-8@euro',
      'de_DE@euro',
      'C.UTF-8@x',
    ],
  },
  'country-code': { usual: ['DE', 'GB', 'US'], odd: ['AQ', 'ZW', 'BV', 'UM'] },
  'wifi-ssid': {
    usual: ['attic', 'My Network'],
    odd: [
      'x',
      x(32),
      'é€😀',
      ' lead',
      'trail ',
      '"q"',
      `'`,
      '\\',
      '#c',
      'a\tb',
      '\u0000',
      'true',
      '1',
      ':',
      'a;b',
      '%',
    ],
  },
  'enterprise-password': { usual: ['correct horse'], odd: ['x', '"', '', 'hash:x', 'é€😀', ' x '] },
  'wifi-password': {
    usual: ['correct horse', 'battery staple'],
    odd: [
      x(63),
      '0123456789abcdef'.repeat(4),
      '"quotes" \\ #',
      '        ',
      `'''''''''`,
      '12345678',
      ';:=[]{}%',
    ],
  },
  'interface-name': {
    usual: ['eth0', 'enp1s0', 'wlan0'],
    odd: [
      'x',
      x(15),
      'a.b',
      'enx001122334455',
      'lo',
      'docker0',
      'all',
      'default',
      'eth0.5',
      'vlan4094',
      'null',
    ],
  },
  dtoverlay: { usual: ['i2c-rtc,ds3231', 'disable-bt'], odd: ['x', 'a,b=c', `a,b="'$`] },
};

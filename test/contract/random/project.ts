import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Texts } from './texts.ts';

const compose = 'services:\n  web:\n    image: nginx:1.27-alpine\n    ports: ["8080:80"]\n';

const files: Readonly<Record<string, string>> = {
  'web.yaml': compose,
  'shop/compose.yaml':
    'version: "3.8"\nservices:\n  db:\n    image: mariadb:11\n    environment: { MARIADB_DATABASE: shop }\n' +
    '    env_file: ./db.env\n    volumes: ["/mnt/cluster/shop:/var/lib/mysql"]\n    secrets: [password]\n' +
    'secrets:\n  password: { file: ./password }\n',
  'shop/db.env': 'A=1\n',
  'shop/password': 'horse\n',
  'broken.yaml': 'services:\n  web: { image: x, depends_on: { db: { condition: service_healthy } } }\n',
  motd: 'Welcome\n',
  'tree/a/b.conf': 'b\n',
  'tree/c': 'c\n',
  'daemon.json': '{"debug": true}\n',
  'swarm-token': `SWMTKN-1-${'0'.repeat(50)}-${'1'.repeat(25)}\n`,
};

/** Writes the files that the random definitions name. Gives the texts of keys that name them, or have no format. */
export async function makeProject(directory: string): Promise<Readonly<Record<string, Texts>>> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const keys = await Promise.all(
    [
      ['ed25519', 'ada'],
      ['ecdsa', 'ben'],
    ].map(async ([type = '', name = '']) => {
      const path = join(directory, 'keys', name);
      await mkdir(dirname(path), { recursive: true });
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', `${name}@laptop`, '-f', path]);
      return (await readFile(`${path}.pub`, 'utf8')).trim();
    }),
  );
  const [ada = '', ben = ''] = keys;
  const authorized: Texts = {
    usual: ['./keys/ada.pub', ada, ben],
    odd: [
      `command="exec ssh-agent /usr/local/bin/sync",no-pty ${ada}`,
      `from="10.0.0.0/8,*.example",restrict ${ben}`,
      `environment="A=\\"b\\"" ${ada}`,
      `no-such-option ${ada}`,
      `command="unclosed ${ada}`,
      `expiry-time="20991231" ${ada}`,
      ada.replace(/ [^ ]*$/, ''),
      `${ada} "quoted" # and 'more'`,
      './keys/ada',
      './keys/none.pub',
      `cert-authority ${ada}`,
    ],
  };
  const profile: Texts = { usual: ['pi3', 'pi4', 'x86', 'arm64-vm'], odd: ['pi2', 'pi5', './none.yaml'] };
  const base: Texts = {
    usual: ['debian-13', 'debian-12'],
    odd: [
      'ubuntu-24.04',
      'ubuntu-26.04',
      'raspios-trixie',
      'hypriotos-1.12.3',
      'debian-13-cloud',
      './none.img',
      'https://[::1',
    ],
  };
  const image: Texts = { usual: ['./none.img'], odd: ['https://[::1', 'https://images.example/x.img.xz'] };
  const source: Texts = {
    usual: ['./motd', './tree', './tree/c'],
    odd: ['./daemon.json', './none', '../x', '/etc/hostname'],
  };
  const stack: Texts = {
    usual: ['./web.yaml', './shop/compose.yaml'],
    odd: ['./broken.yaml', './none.yaml', './motd', './tree'],
  };
  const timezone: Texts = {
    usual: ['UTC', 'Europe/Rome', 'America/New_York', 'Asia/Kolkata'],
    odd: [
      'Etc/GMT-14',
      'GMT+1',
      'EST5EDT',
      'CET',
      'Europe/Kiev',
      'US/Pacific',
      'posixrules',
      'Factory',
      'GMT0',
      'Zulu',
    ],
  };
  return {
    profile,
    base,
    base_image: image,
    timezone,
    keyboard: { usual: ['de', 'us', 'gb'], odd: ['uk', 'trans', 'nz', 'de,us', ''] },
    'keyboard.layout': { usual: ['de', 'us,ru'], odd: ['us,', 'a,b,c,d,e', 'trans'] },
    'keyboard.variant': { usual: ['', ','], odd: ['nodeadkeys', ',phonetic', 'x'] },
    'keyboard.model': { usual: ['pc105', 'pc104'], odd: ['', 'pc'] },
    'keyboard.options': { usual: ['', 'compose:menu'], odd: ['compose:', 'ctrl:nocaps,compose:menu', ','] },
    'nodes.*.profile': profile,
    'nodes.*.base': base,
    'nodes.*.base_image': image,
    'ssh.authorized_keys.*': authorized,
    'users.*.authorized_keys.*': authorized,
    'images.*': { usual: ['./none.tar'], odd: ['./motd'] },
    'stacks.*': stack,
    'stacks.<value>': stack,
    'stacks.<value>.*': stack,
    'swarm.join_existing.token_file': { usual: ['./swarm-token'], odd: ['./motd', './none'] },
    'files.*.source': source,
    'files.*.nodes.*': { usual: ['a', 'home-1'], odd: ['none'] },
  };
}

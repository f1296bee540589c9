import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots, type NodeRoot } from './support/node-root.ts';

// A node of Raspberry Pi OS over what its stand-in has of that, judged by the programs of Debian's release of the same age.
const standIn = join(import.meta.dirname, '../stand-ins/raspios-arm64');
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;

beforeAll(async () => {
  base = await unpackBase();
  example = await layOverBase('vendor-bases', base);
});
afterAll(async () => {
  await example?.remove();
});

async function askNode(script: string): Promise<{ exitCode: number; said: string[] }> {
  const node = example?.nodes.find((root: NodeRoot) => root.node.name === 'raspios');
  if (node === undefined) throw new Error('the example has no node on Raspberry Pi OS');
  const { exitCode, output } = await node.run(`${publisher()}\n${script}`);
  return { exitCode, said: output.split('\n').filter((line) => line !== '') };
}

/** A script that puts the publisher's files below those of the node, and its user and its name into the system. */
function publisher(): string {
  const folder = join(standIn, 'rootfs');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/boot/'))
    .map((entry) => join(entry.parentPath, entry.name));
  const put = files.map((path) => {
    const place = `/${relative(folder, path)}`;
    const bytes = readFileSync(path).toString('base64');
    return `[ -e ${place} ] || { mkdir -p ${join(place, '..')}; echo ${bytes} | base64 -d >${place}; }`;
  });
  const customize = readFileSync(join(standIn, 'customize.sh'), 'utf8').split('\n');
  const user = customize.slice(customize.findIndex((line) => line.startsWith('# A locked user')));
  const distro = customize.filter((line) => line.startsWith('sed -i') || line.startsWith('grep -q'));
  const seed =
    'mkdir -p /boot/firmware\nmv /var/lib/cloud/seed/nocloud/* /boot/firmware/\nrm -r /var/lib/cloud/seed';
  return ['root=', ...put, ...distro, ...user, seed].join('\n');
}

const start = `
  for stage in 'init --local' init; do
    cloud-init $stage >/tmp/log 2>&1 || true
  done`;

describe('the first user of Raspberry Pi OS', () => {
  const people = `
    getent passwd 1000 | cut -d: -f1,3,6,7
    id -un pi 2>/dev/null || echo no pi
    ls /home
    grep -c ssh-ed25519 /home/dlimage/.ssh/authorized_keys 2>/dev/null || echo no key`;

  it('is the one of the definition, with a key, though its cloud-init gives pi another name', async () => {
    expect(await askNode(`${start}\n${people}`)).toEqual({
      exitCode: 0,
      said: ['dlimage:1000:/home/dlimage:/bin/bash', 'no pi', 'dlimage', '1'],
    });
  });

  it('would be nobody without the setting that has users made as on Debian', async () => {
    const settings = '/etc/cloud/cloud.cfg.d/96-dlimage-raspberry-pi-os.cfg';
    const without = `sed -i '/^system_info:/,/distro:/d' ${settings}`;
    expect(await askNode(`${without}\n${start}\n${people}`)).toEqual({
      exitCode: 0,
      said: ['no pi', 'no key'],
    });
  });

  it('may be called pi, and is there after the next start too', async () => {
    const { said } = await askNode(`
      ${start}
      usermod -l pi dlimage
      cloud-init single --name bootcmd --frequency always >/tmp/log 2>&1
      id -u pi`);
    expect(said).toEqual(['1000']);
  });
});

describe('settings of Raspberry Pi OS', () => {
  it('that dlimage has others for give way', async () => {
    const { said } = await askNode(`
      last() { systemd-analyze cat-config "$1" | grep "^$2=" | tail -n 1; }
      last systemd/system.conf RuntimeWatchdogSec
      last systemd/journald.conf Storage
      mkdir -p /run/sshd
      sshd -T 2>/dev/null | grep -i '^banner'
      cat /etc/machine-id`);
    expect(said).toEqual(['RuntimeWatchdogSec=off', 'Storage=persistent', 'banner none']);
  });

  it('leave units that grow the file system and ask for a login to systemd', async () => {
    const { said } = await askNode(`
      cd /etc/systemd/system
      for unit in local-fs.target.wants/systemd-growfs-root.service getty.target.wants/getty@tty1.service; do
        [ -e "$unit" ] && systemd-analyze verify --man=no "\${unit##*/}" 2>&1
      done
      readlink userconfig.service`);
    expect(said).toEqual(['/dev/null']);
  });
});

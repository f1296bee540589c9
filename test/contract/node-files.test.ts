import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runInNamespace } from '../../builder/system/host/namespace.ts';
import { exampleNames } from '../golden/support/load-example.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { askNodes, complaints } from './support/ask-nodes.ts';
import { unpackPackages } from './support/unpack-packages.ts';
import { layOverBase, type ExampleRoots, type NodeRoot } from './support/node-root.ts';

// The programs of the base itself judge what is rendered, in the versions that will read it on a node. Of publishers'
// images nobody has the programs here: what is for them is judged by Debian's.
let base: BaseTree | undefined;
const examples: ExampleRoots[] = [];

beforeAll(async () => {
  base = await unpackBase();
  for (const name of exampleNames) examples.push(await layOverBase(name, base));
});
afterAll(async () => {
  for (const example of examples) await example.remove();
});

const nodes = (): NodeRoot[] => examples.flatMap((example) => example.nodes);
const hasVip = ({ example, node }: NodeRoot): boolean =>
  !['x86-nfs', 'vendor-bases', 'odd-network'].includes(example) && node.role === 'manager';
const hasNoStorage = ({ example, node }: NodeRoot): boolean =>
  ['pi4-wifi', 'vendor-bases', 'odd-network'].includes(example) || node.profileName === 'pi0';
/** Raspberry Pi OS has its network from NetworkManager. */
const usesNetworkManager = ({ node }: NodeRoot): boolean =>
  node.base.from === 'definition' && node.base.name === 'raspios-trixie';
const isMixed = ({ example }: NodeRoot): boolean => example === 'mixed-boards';
const isMixedWithAddress = (root: NodeRoot): boolean => isMixed(root) && root.node.address !== null;
const storesData = ({ example, node }: NodeRoot): boolean => example === 'pi3-default' && node.storesData;

describe('cloud-init', () => {
  it('accepts the seed by its own schemas', async () => {
    const answers = await askNodes(
      nodes(),
      `
      cd /var/lib/cloud/seed/nocloud
      cloud-init schema --config-file user-data 2>&1
      cloud-init schema --config-file network-config --schema-type network-config 2>&1`,
    );
    for (const { exitCode, output } of answers) {
      expect({ exitCode, valid: output.match(/^Valid schema/gm)?.length }).toEqual({ exitCode: 0, valid: 2 });
      expect(output).not.toMatch(/deprecat/i);
    }
  });

  it('accepts it as that of Debian 12, too', async () => {
    const tree = await unpackPackages('bookworm');
    const ofDebian12 = nodes().filter(
      ({ node: { base: of } }) => of.from === 'definition' && of.name === 'debian-12',
    );
    expect(ofDebian12.length).toBeGreaterThan(0);
    for (const { directory } of ofDebian12) {
      const seed = await readFile(join(directory, 'var/lib/cloud/seed/nocloud/user-data'));
      const schema = `mount -t tmpfs none "$0/tmp" && cat >"$0/tmp/user-data"
        exec chroot "$0" cloud-init schema --config-file /tmp/user-data 2>&1`;
      const { stdout } = await runInNamespace('sh', ['-c', schema, tree], {
        step: 'ask cloud-init of Debian 12',
        input: seed,
      });
      expect(Buffer.from(stdout).toString()).toMatch(/^Valid cloud-config: \/tmp\/user-data\n$/);
    }
  });

  it('finds the seed, takes its instance-id and turns its network into netplan', async () => {
    const answers = await askNodes(
      nodes(),
      `
      cloud-init init --local >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
      cat /var/lib/cloud/data/instance-id /run/cloud-init/cloud-id
      netplan generate --root-dir / >/tmp/netplan 2>&1 || { cat /tmp/netplan; exit 1; }
      for file in /run/systemd/network/*.network /run/NetworkManager/system-connections/*; do
        [ ! -e "$file" ] || cat "$file"
      done`,
    );
    for (const { exitCode, output, ...root } of answers) {
      const { node, example } = root;
      const key = usesNetworkManager(root) ? 'address1' : 'Address';
      const address = node.address === null ? 'DHCP=ipv4' : `${key}=${node.address}/`;
      const vlan = example === 'mixed-boards' ? 'VLAN=enp1s0.20' : '';
      const wifi = example === 'pi4-wifi' ? 'Name=wlan0' : '';
      const expected = [`-${node.name}-`, 'nocloud', address, vlan, wifi];
      expect({ exitCode, missing: expected.filter((part) => !output.includes(part)) }).toEqual({
        exitCode: 0,
        missing: [],
      });
    }
  });

  it('makes the people of the definition, with keys and no password, and leaves the host key alone', async () => {
    const answers = await askNodes(
      nodes().filter(isMixed),
      `
      before=$(sha256sum /etc/ssh/ssh_host_*)
      $(sed -n 's/^ExecStart=//p' /etc/systemd/system/dlimage-groups.service)
      # Not growpart and its like: here they would find the disks of the machine that runs the tests.
      printf '%s\\n' 'cloud_init_modules: [users_groups, ssh]' 'cloud_config_modules: [timezone, locale]' \\
        >/etc/cloud/cloud.cfg.d/zz-test.cfg
      for stage in 'init --local' init 'modules --mode=config'; do
        cloud-init $stage >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
      done
      getent group anna ben | cut -d: -f1,3
      [ "$(getent group gpio | cut -d: -f3)" -lt 1000 ]
      [ "$before" = "$(sha256sum /etc/ssh/ssh_host_*)" ]
      getent passwd anna ben | cut -d: -f1,3,6,7
      getent shadow anna ben | cut -d: -f1,2
      id -Gn anna
      id -Gn ben
      cat /etc/sudoers.d/*cloud-init* | grep -v '^#'
      ls -l /home/anna/.ssh/authorized_keys | cut -c1-10
      wc -l < /home/anna/.ssh/authorized_keys
      readlink /etc/localtime
      cat /etc/default/locale`,
    );
    for (const { exitCode, output } of answers) {
      const said = output.split('\n').filter((line) => line !== '');
      expect({ exitCode, said }).toEqual({
        exitCode: 0,
        said: [
          'anna:1000',
          'ben:1500',
          'anna:1000:/home/anna:/bin/bash',
          'ben:1500:/home/ben:/bin/sh',
          'anna:!',
          'ben:!',
          'anna sudo docker',
          'ben dialout gpio anna',
          'anna ALL=(ALL) NOPASSWD:ALL',
          '-rw-------',
          '2',
          '/usr/share/zoneinfo/America/Argentina/Buenos_Aires',
          'LANG=en_GB.UTF-8',
        ],
      });
    }
  });
});

describe('homes that files of the definition lie in', () => {
  it('get what they do not have of the skeleton, once, and belong to their user', async () => {
    const answers = await askNodes(
      nodes().filter(isMixed),
      `
      mkdir -p /etc/skel/.config/deep /etc/skel/.site /root/elsewhere
      echo skeleton | tee /etc/skel/.config/deep/file /etc/skel/.site/index.html >/etc/skel/.site/other
      ln -s /root/elsewhere /home/anna/.config
      chown -h 1000:1000 /home/anna/.config
      ln -s nowhere /etc/skel/link
      printf '%s\\n' 'cloud_init_modules: [users_groups, ssh]' 'cloud_config_modules: []' \\
        >/etc/cloud/cloud.cfg.d/zz-test.cfg
      $(sed -n 's/^ExecStart=//p' /etc/systemd/system/dlimage-homes.service)
      for stage in 'init --local' init; do
        cloud-init $stage >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
      done
      cd /home
      find anna -printf '%y %m %U:%G %P\\n' | sort
      cmp anna/.bashrc /etc/skel/.bashrc
      grep -l skeleton -r anna /root || true
      rm anna/.bashrc
      /usr/lib/dlimage/fill-homes
      ls anna/.bashrc 2>&1 | sed 's/.*: //'
      find ben ! -user ben`,
    );
    const hers = [
      'd 700 ',
      'd 700 .ssh',
      'd 755 .site',
      'd 755 .site/conf',
      'f 600 .ssh/authorized_keys',
      'f 644 .bash_logout',
      'f 644 .bashrc',
      // That of the definition, and no skeleton.
      'f 644 .profile',
      'f 644 .site/index.html',
      'f 644 .site/other',
      'f 755 .site/conf/hello.sh',
      'l 777 .config',
      'l 777 link',
    ];
    for (const { exitCode, output } of answers) {
      expect({ exitCode, said: output.trim().split('\n') }).toEqual({
        exitCode: 0,
        said: [
          ...hers.map((line) => line.replace(/^(\w \d+)/, '$1 1000:1000')),
          'anna/.site/other',
          'No such file or directory',
        ],
      });
    }
  });
});

describe('what the nodes are to each other', () => {
  it('a node answers to the certificate of a peer, under the name in it, and to nothing else', async () => {
    const state = 'ssh -F /etc/dlimage/ssh/config -o ControlPath=none -o ConnectTimeout=60 "$DLIMAGE_NODE"';
    const answers = await askNodes(
      nodes().filter(isMixedWithAddress),
      `
      printf '%s\\n' '#!/bin/sh' 'echo "$1 asks: \${SSH_ORIGINAL_COMMAND:-nothing}"' >/usr/lib/dlimage/peer-command
      install -d /run/sshd
      /usr/sbin/sshd -E /tmp/sshd.log
      for _ in $(seq 100); do [ -e /run/sshd.pid ] && break; sleep 0.1; done
      ${state} state || { cat /tmp/sshd.log; exit 1; }
      ${state} cat /etc/shadow
      ${state}
      ${state} -o HostName="$DLIMAGE_ADDRESS" -o HostKeyAlias="$DLIMAGE_ADDRESS" by address
      ${state} -o HostName=127.0.0.1 -o HostKeyAlias="$DLIMAGE_NODE" state || echo "from elsewhere: $?"
      ${state} -o HostKeyAlias=other state || echo "another host: $?"
      cd /tmp
      ssh-keygen -q -t ed25519 -N '' -f authority
      ssh-keygen -q -t ed25519 -N '' -f id_ed25519
      ssh-keygen -q -s authority -I stranger -n dlimage-peer id_ed25519.pub
      cp id_ed25519 id_ed25519.pub id_ed25519-cert.pub /etc/dlimage/ssh/
      ${state} state || echo "a stranger: $?"`,
    );
    for (const { node, output } of answers) {
      expect(output.split('\n').filter((line) => /asks|: \d+$/.test(line))).toEqual([
        `${node.name} asks: state`,
        `${node.name} asks: cat /etc/shadow`,
        `${node.name} asks: nothing`,
        `${node.name} asks: by address`,
        'from elsewhere: 255',
        'another host: 255',
        'a stranger: 255',
      ]);
    }
  });

  it('glusterd starts as a member of the pool that was baked in, with TLS', async () => {
    const answers = await askNodes(
      nodes().filter(storesData),
      `
      openssl verify -CAfile /etc/ssl/glusterfs.ca /usr/lib/ssl/glusterfs.pem
      glusterd --log-level INFO --log-file /tmp/glusterd.log
      for _ in 1 2 3 4 5 6 7 8 9 10; do gluster --mode=script pool list && break; sleep 1; done
      gluster --mode=script volume get all cluster.op-version
      cat /tmp/glusterd.log`,
    );
    for (const { node, output } of answers) {
      expect(output).toContain('glusterfs.pem: OK');
      const peers = [...output.matchAll(/^[0-9a-f-]{36}\s+(\S+)\s+(\S+)/gm)].map(
        ([, name, is]) => `${name} ${is}`,
      );
      const others = ['pi3-1', 'pi3-2', 'pi3-3']
        .filter((name) => name !== node.name)
        .map((name) => `${name} Disconnected`);
      expect(peers.toSorted()).toEqual(['localhost Connected', ...others]);
      expect(output).toMatch(/^cluster\.op-version\s+110000/m);
      expect(output).toMatch(/SSL support (on the I\/O path|for MGMT) is ENABLED/i);
    }
  });
});

describe('the units', () => {
  it('pass systemd-analyze verify, together with those of the base', async () => {
    const answers = await askNodes(
      nodes(),
      `
      own=$(cd /etc/systemd/system && find . -name 'dlimage*.service' -type f -printf '%f ')
      for unit in $own glusterd.service keepalived.service docker.service ssh.service chrony.service local-fs.target multi-user.target; do
        [ "$(readlink "/etc/systemd/system/$unit")" = /dev/null ] || set -- "$@" "$unit"
      done
      systemd-analyze verify --man=no --recursive-errors=yes "$@"`,
    );
    // Ordering cycles and unknown settings are only told, not failed upon.
    expect(complaints(answers)).toEqual([]);
  });

  it('let a node boot whose boot partition is late or gone', async () => {
    const answers = await askNodes(
      nodes(),
      `
      systemd-analyze cat-config systemd/system.conf | grep -h '^Default.*Sec='
      # The file that wins: the first in systemd's order.
      set -- /etc/systemd/system/local-fs.target /usr/lib/systemd/system/local-fs.target
      [ -e "$1" ] || shift
      grep -h '^OnFailure=' "$1" || true`,
    );
    for (const { exitCode, output } of answers) {
      expect({ exitCode, output: output.trim().split('\n') }).toEqual({
        exitCode: 0,
        output: ['DefaultTimeoutStartSec=10min', 'DefaultDeviceTimeoutSec=10min'],
      });
    }
  });

  it('are enabled where they should be, and glusterd is off where there is no brick', async () => {
    const units = ['glusterd', 'keepalived', 'dlimage-agent', 'dlimage-storage'];
    const answers = await askNodes(
      nodes(),
      `
      for unit in ${units.join(' ')}; do echo "$unit $(systemctl --root=/ is-enabled "$unit.service" || true)"; done`,
    );
    for (const { node, example, output, ...root } of answers) {
      const states = Object.fromEntries(
        output
          .trim()
          .split('\n')
          .map((line) => line.split(' ')),
      );
      expect(states).toMatchObject({
        glusterd: node.storesData ? 'enabled' : 'masked',
        'dlimage-agent': 'enabled',
        'dlimage-storage': hasNoStorage({ node, example, ...root }) ? 'not-found' : 'enabled',
        ...(hasVip({ node, example, ...root }) ? { keepalived: 'enabled' } : {}),
      });
    }
  });
});

describe('the daemons read their configuration', () => {
  it('keepalived', async () => {
    const test =
      'install -d /run/dlimage-vip; keepalived --config-test --use-file /etc/keepalived/keepalived.conf';
    expect(complaints(await askNodes(nodes().filter(hasVip), test))).toEqual([]);
  });

  it('sshd: keys only, root by its peers alone', async () => {
    const answers = await askNodes(
      nodes(),
      `
      install -d /run/sshd
      sshd -t
      sshd -T -C user=anna,host=x,addr=192.0.2.1
      sshd -T -C user=root,host=x,addr=192.0.2.1 | sed 's/^/root: /'`,
    );
    for (const { output } of answers) {
      expect(output.split('\n')).toEqual(
        expect.arrayContaining([
          'passwordauthentication no',
          'kbdinteractiveauthentication no',
          'permitrootlogin forced-commands-only',
          'hostkey /etc/ssh/ssh_host_ed25519_key',
          'authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2',
          'root: authorizedkeysfile /etc/dlimage/ssh/authorized_keys',
        ]),
      );
    }
  });

  it('chronyd, which also reads the time servers of the definition', async () => {
    const answers = await askNodes(
      nodes(),
      `
      install -d -o _chrony -g _chrony /run/chrony /run/chrony-dhcp
      chronyd -p -f /etc/chrony/chrony.conf
      timeout 20 chronyd -x -Q -t 1 -f /etc/chrony/chrony.conf || true`,
    );
    for (const { output } of answers) expect(output).not.toMatch(/invalid|fatal|could not (open|read)/i);
  });

  it('dockerd', async () => {
    const answers = await askNodes(nodes(), 'dockerd --validate');
    expect([...new Set(answers.map(({ output }) => output))]).toEqual(['configuration OK\n']);
  });

  it('docker stack, which finds what a compose file names', async () => {
    const answers = await askNodes(
      nodes().filter(({ example }) => example === 'x86-nfs'),
      `
      file=$(sed -n 's/.*"files":\\["\\([^"]*\\)".*/\\1/p' /etc/dlimage/stacks.json)
      docker stack config --compose-file "/etc/dlimage/stacks/$file"`,
    );
    for (const { exitCode, output } of answers) {
      expect({ exitCode, output }).toMatchObject({
        exitCode: 0,
        output: expect.stringMatching(
          /CURRENCY: EUR[\s\S]*file: \/etc\/dlimage\/stacks\/shop\/files\/site\/index\.html/,
        ),
      });
    }
  });

  it('the kernel has every module of modules-load.d', async () => {
    const answers = await askNodes(
      nodes(),
      `
      kernel=$(ls /usr/lib/modules)
      for module in $(sed '/^#/d' /etc/modules-load.d/dlimage.conf); do
        modprobe --set-version="$kernel" --show-depends "$module" >/dev/null
      done`,
    );
    expect(complaints(answers)).toEqual([]);
  });
});

describe('Docker', () => {
  it('reads the stack of the WordPress example', async () => {
    const stack = await readFile(join(import.meta.dirname, '../../docs/wordpress/compose.yaml'), 'utf8');
    const [answer] = await askNodes(
      nodes().slice(0, 1),
      `docker stack config --compose-file - <<'STACK'\n${stack}\nSTACK`,
    );
    expect(answer).toMatchObject({ exitCode: 0 });
    const config = parse(answer?.output ?? '') as {
      readonly services: Readonly<Record<string, { readonly deploy?: { readonly labels?: object } }>>;
    };
    expect(Object.keys(config.services)).toEqual(['db', 'traefik', 'wordpress']);
    expect(config.services['wordpress']?.deploy?.labels).toMatchObject({
      'traefik.http.routers.wordpress.rule': 'Host(`mywp.mydomain.net`)',
      'traefik.http.services.wordpress.loadbalancer.server.port': '80',
    });
  });
});

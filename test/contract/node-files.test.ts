import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleNames } from '../golden/support/load-example.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots, type NodeRoot } from './support/node-root.ts';

// The programs of the base itself judge what is rendered, in the versions that will read it on a node.
let base: BaseTree;
const examples = new Map<string, ExampleRoots>();

beforeAll(async () => {
  base = await unpackBase();
  for (const name of exampleNames) examples.set(name, await layOverBase(name, base));
});
afterAll(async () => {
  for (const example of examples.values()) await example.remove();
  await base?.remove();
});

const allNodes = (): NodeRoot[] => [...examples.values()].flatMap(({ nodes }) => nodes);

/** Runs a script on every node that `has` picks; each must end well. Returns what they said. */
async function everyNode(script: string, has: (node: NodeRoot) => boolean = () => true): Promise<string[]> {
  const chosen = allNodes().filter(has);
  expect(chosen).not.toHaveLength(0);
  const said: string[] = [];
  for (const root of chosen) {
    const { exitCode, output } = await root.run(script);
    expect(`${root.node.name}: exit ${exitCode}\n${exitCode === 0 ? '' : output}`).toBe(
      `${root.node.name}: exit 0\n`,
    );
    said.push(output);
  }
  return said;
}

const isManagerWithVip = ({ example, node }: NodeRoot): boolean =>
  example !== 'x86-nfs' && node.role === 'manager';

describe('cloud-init', () => {
  it('accepts the seed by its own schemas', async () => {
    await everyNode(`
      cd /var/lib/cloud/seed/nocloud
      cloud-init schema --config-file user-data
      cloud-init schema --config-file network-config --schema-type network-config`);
  });

  it('finds the seed, takes its instance-id and turns its network into netplan', async () => {
    const said = await everyNode(`
      cloud-init init --local >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
      cat /var/lib/cloud/data/instance-id
      cat /run/cloud-init/cloud-id
      cat /etc/netplan/50-cloud-init.yaml
      netplan generate --root-dir / >/tmp/netplan 2>&1 || { cat /tmp/netplan; exit 1; }
      cat /run/systemd/network/*.network`);
    for (const [index, { node, example }] of allNodes().entries()) {
      expect(said[index]).toContain(`-${node.name}-`);
      expect(said[index]).toContain('nocloud');
      expect(said[index]).toContain(node.address === null ? 'DHCP=ipv4' : `Address=${node.address}/`);
      if (example === 'mixed-boards') expect(said[index]).toContain('VLAN=enp1s0.20');
    }
  });
});

describe('what the nodes are to each other', () => {
  const isInTheCluster = ({ example, node }: NodeRoot): boolean =>
    example === 'mixed-boards' && node.address !== null;

  it('a node answers to the key of a peer, and to nothing else', async () => {
    const ask = `ssh -F /etc/dlimage/ssh/config "$DLIMAGE_NODE"`;
    const said = await everyNode(
      `
      install -d /run/sshd
      /usr/sbin/sshd -E /tmp/sshd.log
      ${ask} state || { cat /tmp/sshd.log; exit 1; }
      ${ask} cat /etc/shadow || echo "refused with $?"
      ${ask} || echo "no shell: $?"
      ${ask} -o HostName=127.0.0.1 -o HostKeyAlias="$DLIMAGE_NODE" state || echo "from elsewhere: $?"
      ssh-keygen -q -t ed25519 -N '' -f /tmp/stranger
      cp /tmp/stranger /etc/dlimage/ssh/id_ed25519
      cp /tmp/stranger.pub /etc/dlimage/ssh/id_ed25519.pub
      ${ask} state || echo "a stranger: $?"`,
      isInTheCluster,
    );
    for (const [index, { node }] of allNodes().filter(isInTheCluster).entries()) {
      const [state = '', ...rest] = said[index]?.split('\n') ?? [];
      expect(JSON.parse(state)).toEqual({
        node: node.name,
        cluster_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        caller: node.name,
        clock_seconds: expect.closeTo(Date.now() / 1000, -3),
        swarm: 'unknown',
      });
      expect(rest.join('\n')).toMatch(
        /may not ask\nrefused with 64\n[^]*no shell: 64\n[^]*from elsewhere: 255\n[^]*a stranger: 255/,
      );
    }
  });
});

describe('GlusterFS', () => {
  const storesData = ({ example, node }: NodeRoot): boolean => example === 'pi3-default' && node.storesData;

  it('starts as a member of the pool that was baked in, with TLS', async () => {
    const said = await everyNode(
      `
      openssl verify -CAfile /usr/lib/ssl/glusterfs.ca /usr/lib/ssl/glusterfs.pem
      glusterd --log-level INFO --log-file /tmp/glusterd.log
      for _ in 1 2 3 4 5 6 7 8 9 10; do gluster --mode=script pool list && break; sleep 1; done
      gluster --mode=script volume get all cluster.op-version
      cat /tmp/glusterd.log`,
      storesData,
    );
    for (const [index, { node }] of allNodes().filter(storesData).entries()) {
      expect(said[index]).toContain('glusterfs.pem: OK');
      for (const other of ['pi3-1', 'pi3-2', 'pi3-3'].filter((name) => name !== node.name)) {
        expect(said[index]).toMatch(new RegExp(`^[0-9a-f-]{36}\\s+${other}\\s+Disconnected`, 'm'));
      }
      expect(said[index]).toMatch(/^cluster\.op-version\s+110000/m);
      expect(said[index]).toMatch(/SSL support (on the I\/O path|for MGMT) is ENABLED/i);
    }
  });
});

describe('the units', () => {
  it('pass systemd-analyze verify, together with those of the base', async () => {
    const said = await everyNode(`
      units=$(cd /etc/systemd/system && find . -name 'dlimage*.service' -type f -printf '%f ')
      for unit in $units glusterd.service keepalived.service docker.service ssh.service chrony.service multi-user.target; do
        [ "$(readlink /etc/systemd/system/$unit)" = /dev/null ] || set -- "$@" "$unit"
      done
      systemd-analyze verify --man=no --recursive-errors=yes "$@"
      systemd-analyze verify --man=no dlimage-boot-report.service`);
    // Ordering cycles and unknown settings are only told, not failed upon.
    for (const output of said) expect(output).toBe('');
  });

  it('are enabled where they should be, and glusterd is off where there is no brick', async () => {
    const said = await everyNode(
      'systemctl --root=/ is-enabled glusterd.service keepalived.service dlimage-boot-report.service || true',
    );
    for (const [index, root] of allNodes().entries()) {
      const [glusterd, keepalived, report] = said[index]?.trim().split('\n') ?? [];
      expect(glusterd, root.node.name).toBe(root.node.storesData ? 'enabled' : 'masked');
      expect(keepalived, root.node.name).toBe(isManagerWithVip(root) ? 'enabled' : keepalived);
      expect(report, root.node.name).toBe('enabled');
    }
  });
});

describe('the daemons read their configuration', () => {
  it('keepalived', async () => {
    const test =
      'install -d /run/dlimage-vip; keepalived --config-test --use-file /etc/keepalived/keepalived.conf';
    for (const output of await everyNode(test, isManagerWithVip)) expect(output).toBe('');
  });

  it('sshd: keys only, root by its peers alone', async () => {
    for (const output of await everyNode(`
        install -d /run/sshd
        sshd -t
        sshd -T -C user=anna,host=x,addr=192.0.2.1
        sshd -T -C user=root,host=x,addr=192.0.2.1 | sed 's/^/root: /'`)) {
      expect(output).toMatch(/^passwordauthentication no$/m);
      expect(output).toMatch(/^kbdinteractiveauthentication no$/m);
      expect(output).toMatch(/^permitrootlogin forced-commands-only$/m);
      expect(output).toMatch(/^hostkey \/etc\/ssh\/ssh_host_ed25519_key$/m);
      expect(output).toMatch(/^authorizedkeysfile \.ssh\/authorized_keys/m);
      expect(output).toMatch(/^root: authorizedkeysfile \/etc\/dlimage\/ssh\/authorized_keys$/m);
    }
  });

  it('chronyd, which also reads the time servers of the definition', async () => {
    const said = await everyNode(`
      install -d -o _chrony -g _chrony /run/chrony /run/chrony-dhcp
      chronyd -p -f /etc/chrony/chrony.conf
      timeout 20 chronyd -x -Q -t 1 -f /etc/chrony/chrony.conf || true`);
    for (const output of said) expect(output).not.toMatch(/invalid|fatal|could not (open|read)/i);
  });

  it('dockerd', async () => {
    for (const output of await everyNode('dockerd --validate')) expect(output).toBe('configuration OK\n');
  });

  it('the kernel has every module of modules-load.d', async () => {
    await everyNode(`
      kernel=$(ls /usr/lib/modules)
      for module in $(sed '/^#/d' /etc/modules-load.d/dlimage.conf); do
        modprobe --set-version="$kernel" --show-depends "$module" >/dev/null
      done`);
  });
});

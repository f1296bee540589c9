import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traitsOf } from '../../builder/cluster/model/base-traits.ts';
import { packageRoot } from '../../builder/system/host/package-root.ts';
import { askNodes } from './support/ask-nodes.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots, type NodeRoot } from './support/node-root.ts';

// What an image held before it became a node's, judged by the cloud-init of the base.
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;

beforeAll(async () => {
  base = await unpackBase();
  example = await layOverBase('mixed-boards', base);
});
afterAll(async () => {
  await example?.remove();
});

const oneWith = (seed: 'root-directory' | 'boot-partition'): NodeRoot[] =>
  (example?.nodes ?? []).filter(({ node }) => traitsOf(node).seed === seed).slice(0, 1);

/** Settings that installers and an earlier node leave behind, and a whole seed of that node. */
const past = `
  mkdir -p /old
  printf 'instance-id: old-1\\nlocal-hostname: old-1\\n' >/old/meta-data
  printf '#cloud-config\\nhostname: old-1\\n' >/old/user-data
  printf 'datasource_list: [None]\\nssh_deletekeys: true\\nnetwork: {config: disabled}\\n' \\
    >/etc/cloud/cloud.cfg.d/99-installer.cfg
  printf 'network: {config: disabled}\\n' >/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg
  printf 'datasource: {NoCloud: {fs_label: system-boot, seedfrom: "file:///old/"}}\\n' >/tmp/places`;

/** Asks cloud-init's own datasource, with a volume of every label that holds the old seed. */
const askDatasource = `python3 - <<'PYTHON' 2>/dev/null
from cloudinit import helpers, util
from cloudinit.sources import DataSourceNoCloud
util.find_devs_with = lambda *_, **__: ["/dev/old"]
util.mount_cb = lambda _, callback, data=None, **__: callback("/old", data)
settings = util.read_conf_with_confd("/etc/cloud/cloud.cfg")
paths = helpers.Paths({"cloud_dir": "/var/lib/cloud", "run_dir": "/run/cloud-init"})
source = DataSourceNoCloud.DataSourceNoCloud(settings, None, paths)
print(source._get_data(), source.seed, "hostname: old-1" in str(source.userdata_raw))
PYTHON`;

async function ask(nodes: readonly NodeRoot[], script: string): Promise<string> {
  const [answer] = await askNodes(nodes, script);
  expect(answer).toMatchObject({ exitCode: 0 });
  return answer?.output ?? '';
}

/** As Debian's cloud images have it. */
const defaultNetwork = '/etc/netplan/90-default.yaml';

describe('an image with a past', () => {
  it('comes up from the seed of the node, with its network and host key', async () => {
    const output = await ask(
      oneWith('boot-partition'),
      `${past}
      cloud-init init --local >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
      . /etc/dlimage/node.env
      sed "s/-[0-9a-f]*$//;s/^$DLIMAGE_CLUSTER-$DLIMAGE_NODE$/own/" /var/lib/cloud/data/instance-id
      grep -c "$DLIMAGE_ADDRESS/" /etc/netplan/*cloud-init.yaml
      python3 -c 'from cloudinit import util
print(util.read_conf_with_confd("/etc/cloud/cloud.cfg")["ssh_deletekeys"])'`,
    );
    expect(output.trim().split('\n')).toEqual(['own', '1', 'False']);
  });

  it('has no place of a seed that replaces the one in the seed directory', async () => {
    const output = await ask(
      oneWith('root-directory'),
      `${past}
      cp /tmp/places /etc/cloud/cloud.cfg.d/99_vendor.cfg
      ${askDatasource}
      rm /etc/cloud/cloud.cfg.d/zz-dlimage-seed.cfg
      ${askDatasource}`,
    );
    const directory = '/var/lib/cloud/seed/nocloud';
    expect(output.trim().split('\n')).toEqual([
      `True ${directory} False`,
      // Without our file the image decides.
      `True ${directory},ds_config_seedfrom,/dev/old,file:///old/ True`,
    ]);
  });

  it('has no network for all interfaces before that of the node', async () => {
    const ours = readFileSync(
      join(packageRoot, 'overlays/no-default-network/rootfs', defaultNetwork),
      'utf8',
    );
    const output = await ask(
      oneWith('root-directory'),
      `mkdir -p /tmp/r/etc/netplan
      printf 'network: {version: 2, ethernets: {eth0: {addresses: [192.168.1.9/24]}}}\\n' \
        >/tmp/r/etc/netplan/50-cloud-init.yaml
      printf 'network: {version: 2, ethernets: {all-eth: {match: {name: eth*}, dhcp4: true}}}\\n' \
        >/tmp/r${defaultNetwork}
      chmod 600 /tmp/r/etc/netplan/*
      netplan generate --root-dir /tmp/r >/tmp/said 2>&1 || grep -q 'not been booted' /tmp/said
      ls /tmp/r/run/systemd/network
      cat >/tmp/r${defaultNetwork} <<'END'
${ours}END
      netplan generate --root-dir /tmp/r >/tmp/said 2>&1 || grep -q 'not been booted' /tmp/said
      ls /tmp/r/run/systemd/network`,
    );
    // systemd-networkd takes the first that fits.
    const node = '10-netplan-eth0.network';
    expect(output.trim().split('\n')).toEqual(['10-netplan-all-eth.network', node, node]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askNodes, complaints } from './support/ask-nodes.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { askProgram, byText, ownWord } from './support/judge-contents.ts';
import { cloudConfigs, sshdLines, sudoersLines, unitFiles } from './support/judged-lines.ts';
import { layOverBase, type ExampleRoots, type NodeRoot } from './support/node-root.ts';

// What a node lets in, and what it forgets, judged by the programs of the base.
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;

beforeAll(async () => {
  base = await unpackBase();
  example = await layOverBase('pi3-default', base);
});
afterAll(async () => {
  await example?.remove();
});

const first = (): NodeRoot[] => (example?.nodes ?? []).slice(0, 1);
const firewallLan = readFileSync(join(import.meta.dirname, 'support/firewall-lan.sh'), 'utf8');

/** What the first node said to a script that has to end well. */
async function ask(script: string): Promise<string> {
  const [answer] = await askNodes(first(), script);
  expect(answer).toMatchObject({ exitCode: 0 });
  return answer?.output ?? '';
}

describe('the firewall', () => {
  it('lets strangers in to ssh and the status page, nodes to what the cluster needs, and leaves other tables', async () => {
    const script = `cat >/tmp/lan.sh <<'SCRIPT'\n${firewallLan}SCRIPT\nsh /tmp/lan.sh 192.168.1.102 192.168.1.77`;
    expect((await ask(script)).trim().split('\n')).toEqual([
      'other tables: 1',
      'a peer: 22 2377 7946 9280 24007 49152 60999',
      'a stranger: 22 9280',
      'a container: 22 53 2375 9280 49152 60999 61000',
      'a container, by the virtual IP: 22 53 2375 9280 49152 60999 61000',
      'a bridge made by hand: 22 9280',
      'a container, of another node: 22 53 2375 9280 49152 60999 61000',
      'a container, of a stranger: 22 53 2375 2377 7946 9280 24007 49152 60999 61000',
      'datagrams of a container to its node: dns',
      'datagrams of a container to another node: dns',
      'port 80: page',
      'port 80 with a service: service',
      'port 80 without it: page',
    ]);
  });

  it('has the modules that it needs in the kernel of the base, and Docker those for encryption', async () => {
    const modules =
      'nf_tables nft_ct nft_fib_inet nft_socket nft_redir nft_chain_nat nf_conntrack ' +
      'xfrm_user esp4 gcm seqiv nft_compat xt_policy xt_bpf vxlan';
    const script = `for module in ${modules}; do modprobe --set-version="$(ls /usr/lib/modules)" --show-depends "$module" >/dev/null; done`;
    expect(complaints(await askNodes(first(), script))).toEqual([]);
  });

  it("cannot be flushed by Debian's own unit", async () => {
    expect(await ask('systemctl --root=/ is-enabled nftables.service || true')).toBe('masked\n');
  });
});

describe('access', () => {
  it('the Docker API is on a local socket only', async () => {
    const output = await ask(`
      jq --compact-output .hosts /etc/docker/daemon.json
      set -- /usr/lib/systemd/system/docker.s* /etc/systemd/system/docker.s*
      grep -rhoE '^[^#]*(tcp://|--host|-H) *[^ ]+' /etc/docker /etc/default/docker "$@" 2>/dev/null || true
      grep -hE '^Listen' "$@" 2>/dev/null || true`);
    expect(output.trim().split('\n')).toEqual([
      'null',
      'ExecStart=/usr/sbin/dockerd -H fd://',
      'ListenStream=/run/docker.sock',
    ]);
  });

  it('nobody has a password and no console logs anyone in by itself', async () => {
    const output = await ask(`
      awk -F: '$2 !~ /^[!*]/ { print $1 }' /etc/shadow
      grep -rlE 'autologin|agetty.* -a ' /etc/systemd /usr/lib/systemd/system || true
      grep -rE '^[^#]*(DOCKER_OPTS|nullok_secure)' /etc/default/docker /etc/pam.d || true`);
    expect(output).toBe('');
  });

  it('sshd takes a key and nothing else, and does not shut out nodes that broke off', async () => {
    const output = await ask(`
      install -d /run/sshd
      sshd -t
      /usr/lib/dlimage/sshd-options
      sshd -T | grep -E '^(authenticationmethods|permitemptypasswords|persource(maxstartups|penalties)) ' | sort`);
    // Debian 12's sshd knows no penalties.
    expect(output).toMatch(
      /^authenticationmethods publickey\npermitemptypasswords no\npersourcemaxstartups 10\n(persourcepenalties no\n)?$/,
    );
    expect(output.includes('penalties')).toBe(
      (await ask('install -d /run/sshd; sshd -T')).includes('persourcepenalties'),
    );
  });

  it('the agent finds all as it came, hears what sshd makes of a file of one’s own, and takes changes back', async () => {
    const program = `
import os
from dlimage_node.command import run
from dlimage_node.placed import Files, keep_originals, read_list
from dlimage_node.restore_command import restore
from dlimage_node.sshd import Sshd
files = Files(read_list())
print(len(files.placed) > 30, files.look())
keep_originals(files.placed)
print(Sshd().look(run))
for line in ("PasswordAuthentication yes\\nAuthenticationMethods any", "Prot 3"):
    with open("/etc/ssh/sshd_config.d/01-mine.conf", "w") as file:
        file.write(line + "\\n")
    print(Sshd().look(run))
os.unlink("/etc/ssh/sshd_config.d/01-mine.conf")
guard = "/etc/ssh/sshd_config.d/20-dlimage-hardening.conf"
os.unlink(guard)
restore(guard)
print(files.look(), Sshd().look(run))
`;
    const output = await ask(`
      install -d /run/sshd
      cat >/tmp/look.py <<'END'
${program}END
      PYTHONPATH=/usr/lib/dlimage python3 -B /tmp/look.py`);
    expect(output.trim().split('\n')).toEqual([
      'True []',
      "('', [])",
      "('', ['authenticationmethods any', 'passwordauthentication yes'])",
      expect.stringMatching(/^\('\/etc\/ssh\/sshd_config.*Bad configuration option: Prot/),
      'put back /etc/ssh/sshd_config.d/20-dlimage-hardening.conf',
      'What reads it may have to be restarted.',
      "[] ('', [])",
    ]);
  });

  it('every kernel setting exists', async () => {
    const script = `
      sed -n 's/^\\([a-z].*[^ ]\\) *=.*/\\1/p' /etc/sysctl.d/6[12]-dlimage-*.conf | tr . / | while read -r key; do
        set -- /proc/sys/$key
        [ -e "$1" ] || echo "$key"
      done`;
    expect(await ask(script)).toBe('');
  });
});

describe('the first boot', () => {
  const stages = 'cloud-init init --local >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }';

  it('begins anew when the power was cut before its end', async () => {
    const output = await ask(`
      ${stages}
      written=$(echo /etc/netplan/*cloud-init.yaml)
      cp "$written" /tmp/whole
      : >"$written"
      ${stages}
      [ -s "$written" ] || echo 'cloud-init alone leaves it empty'
      /usr/lib/dlimage/begin-first-boot
      ${stages}
      cmp "$written" /tmp/whole && echo whole again`);
    expect(output).toBe('cloud-init alone leaves it empty\nwhole again\n');
  });

  it('ends for good once cloud-init has succeeded with the seed of the node, and not before', async () => {
    const output = await ask(`
      # What systemd would start, by the answer of cloud-init's own generator.
      next_boot() {
        rm -rf /run/cloud-init /tmp/generated && mkdir -p /tmp/generated/1 /tmp/generated/2 /tmp/generated/3
        cd /tmp/generated && /usr/lib/systemd/system-generators/cloud-init-generator 1 2 3 >/dev/null 2>&1 || true
        echo "$1: $(find . -name cloud-init.target | grep -c . || true)"
      }
      end_with() {
        mkdir -p /run/cloud-init /var/lib/cloud/data
        printf '{"v1":{"datasource":%s,"errors":%s}}' "$2" "$3" >/run/cloud-init/result.json
        echo "$1" >/var/lib/cloud/data/instance-id
        /usr/lib/dlimage/end-first-boot 2>&1 | sed 's/, and will try again.*//'
      }
      . /etc/dlimage/node.env
      own=$DLIMAGE_CLUSTER-$DLIMAGE_NODE-0123456789ab
      nocloud='"DataSourceNoCloud [seed=/dev/mmcblk0p1]"'
      end_with "$own" null '["no seed"]'
      end_with "$own" "$nocloud" '["users-groups"]'
      end_with iid-datasource-none '"DataSourceNone"' '[]'
      end_with old-1-0123456789ab "$nocloud" '[]'
      next_boot failed
      end_with "$own" "$nocloud" '[]'
      next_boot succeeded`);
    expect(output.trim().split('\n')).toEqual([
      ...Array.from({ length: 3 }, () => 'cloud-init did not succeed'),
      "cloud-init took a seed that is not this node's (old-1-0123456789ab)",
      'failed: 1',
      'succeeded: 0',
    ]);
  });
});

describe('the units', () => {
  it('are enabled', async () => {
    const units = ['firewall', 'begin-first-boot', 'end-first-boot', 'watchdog', 'page'];
    const output = await ask(
      units.map((unit) => `systemctl --root=/ is-enabled dlimage-${unit}.service`).join('\n'),
    );
    expect(output).toBe('enabled\n'.repeat(units.length));
  });

  it('the status page has next to no rights', async () => {
    // Exposure in tenths, as systemd-analyze counts it; 10 is a service without any limits.
    const output = await ask(
      'systemd-analyze security --offline=yes --no-pager --threshold=15 dlimage-page.service',
    );
    expect(output).toMatch(/exposure level for dlimage-page\.service: \d\.\d OK/);
  });
});

describe('what dlimage says of the contents of extra files is what their program says:', () => {
  it('sudo', async () => {
    const texts = byText(sudoersLines);
    expect(ownWord('sudo', texts)).toEqual(
      await askProgram(base, texts, 'chown 0:0 "$1"; chmod 0440 "$1"; visudo --check --file="$1"'),
    );
  });

  it('sshd', async () => {
    const texts = byText(sshdLines);
    const script = `[ -e /tmp/key ] || ssh-keygen -q -t ed25519 -N '' -f /tmp/key; /usr/sbin/sshd -t -h /tmp/key -f "$1"`;
    expect(ownWord('sshd', texts)).toEqual(await askProgram(base, texts, script));
  });

  it('cloud-init', async () => {
    const texts = new Map(cloudConfigs.map((text) => [text, text]));
    const script = `python3 -c '
import sys, yaml
settings = yaml.safe_load(open(sys.argv[1]))
sys.exit(not (settings is None or isinstance(settings, dict)))' "$1"`;
    expect(ownWord('cloud-init', texts)).toEqual(await askProgram(base, texts, script));
  });

  it('systemd', async () => {
    const texts = new Map(Object.entries(unitFiles));
    const names = [...texts.keys()].map((name, index) => `${index}) name='${name}';;`).join(' ');
    const script = `case "\${1##*/}" in ${names} esac
      cp "$1" "/etc/systemd/system/$name"; cp /files/0 /etc/systemd/system/good.service
      systemd-analyze verify --man=no --generators=no "$name"`;
    expect(ownWord('systemd', texts)).toEqual(await askProgram(base, texts, script));
  });
});

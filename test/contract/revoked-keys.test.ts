import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureIdentities, readIdentities } from '../../builder/cluster/identity/host/identity-store.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import type { ClusterIdentities } from '../../builder/cluster/identity/identities.ts';
import { placeholderIdentities } from '../../builder/cluster/identity/placeholder-identities.ts';
import type { RosterMember } from '../../builder/cluster/identity/roster.ts';
import { formatRevokedSshKeys } from '../../builder/cluster/identity/revoked-keys.ts';
import { unpackBase } from './support/base-tree.ts';
import { layOverBase } from './support/node-root.ts';

let store: string;

beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'dlimage-revoked-'));
});
afterEach(async () => {
  await rm(store, { recursive: true });
});

const members = (names: readonly string[]): RosterMember[] =>
  names.map((name, position) => ({
    name,
    index: position + 1,
    role: 'manager',
    address: `192.168.1.${101 + position}`,
    storesData: true,
    arbiter: false,
    labels: {},
  }));

const ensure = async (names: readonly string[], revocations: readonly string[] = []) =>
  await ensureIdentities(store, { name: 'pi3', nodes: members(names) }, silentProgress, { revocations });

interface ListedKeys {
  readonly name: string;
  readonly ssh_keys: readonly string[];
  readonly tls_name: string;
  readonly gluster_uuid: string;
}

const revokedIn = ({ roster }: ClusterIdentities): readonly ListedKeys[] =>
  (JSON.parse(roster.text) as { revoked?: ListedKeys[] }).revoked ?? [];

const keyOf = (publicKey: string | undefined): string => (publicKey ?? '').split(' ', 2).join(' ');

const three = ['pi3-1', 'pi3-2', 'pi3-3'];

describe('the keys of a stolen card', () => {
  it('are revoked for good, and the node gets others under its name and in its place of the storage', async () => {
    const first = await ensure(three);
    const before = first.nodes['pi3-2'];
    const second = await ensure(three, ['pi3-2']);
    const after = second.nodes['pi3-2'];
    expect(revokedIn(first)).toEqual([]);
    expect(revokedIn(second)).toEqual([
      {
        name: 'pi3-2',
        ssh_keys: [keyOf(before?.sshHostKey.publicKey), keyOf(before?.sshClientKey.publicKey)],
        tls_name: 'pi3-2',
        gluster_uuid: before?.glusterUuid,
      },
    ]);
    expect(second.roster.serial).toBe(first.roster.serial + 1);
    expect(after?.glusterUuid).toBe(before?.glusterUuid);
    expect(after?.sshHostKey.publicKey).not.toBe(before?.sshHostKey.publicKey);
    expect(after?.sshClientCertificate).not.toBe(before?.sshClientCertificate);
    expect(new X509Certificate(after?.tls.certificatePem ?? '').subject).toBe('CN=pi3-2.2');
    expect(JSON.parse(second.roster.text)).toMatchObject({
      nodes: [{ name: 'pi3-1' }, { name: 'pi3-2', tls_name: 'pi3-2.2' }, { name: 'pi3-3' }],
    });
    expect(second.nodes['pi3-1']).toEqual(first.nodes['pi3-1']);
    expect(await ensure(three)).toEqual(second);
    const third = await ensure(three, ['pi3-2']);
    expect(revokedIn(third)).toHaveLength(2);
    expect(new X509Certificate(third.nodes['pi3-2']?.tls.certificatePem ?? '').subject).toBe('CN=pi3-2.3');
  });

  it('are replaced by the next build when the power failed in between', async () => {
    await ensure(three);
    const file = join(store, 'nodes/pi3-2.json');
    const former = await readFile(file);
    await ensure(three, ['pi3-2']);
    await writeFile(file, former);
    const next = await ensure(three);
    expect(revokedIn(next)).toHaveLength(1);
    expect(revokedIn(next)[0]?.ssh_keys).not.toContain(keyOf(next.nodes['pi3-2']?.sshHostKey.publicKey));
  });

  it('are replaced once when two builds say it at the same time', async () => {
    await ensure(three);
    const [one, two] = await Promise.all([ensure(three, ['pi3-2']), ensure(three, ['pi3-2'])]);
    const last = await ensure(three);
    const revoked = revokedIn(last).flatMap(({ ssh_keys: keys }) => keys);
    expect(revoked).not.toContain(keyOf(last.nodes['pi3-2']?.sshHostKey.publicKey));
    expect([one, two].map(({ roster }) => roster.serial).toSorted()).toContain(last.roster.serial);
  });
});

describe('the keys of a node that left the definition', () => {
  it('are revoked until it comes back as itself, unless its card was stolen', async () => {
    const first = await ensure(three);
    const gone = await ensure(['pi3-1', 'pi3-2']);
    expect(revokedIn(gone).map(({ name }) => name)).toEqual(['pi3-3']);
    // A plan shows the same list.
    const nodes = members(['pi3-1', 'pi3-2']);
    expect(placeholderIdentities(nodes, await readIdentities(store, nodes)).isComplete).toBe(true);
    const back = await ensure(three);
    expect(revokedIn(back)).toEqual([]);
    expect(back.nodes).toEqual(first.nodes);
    const stolen = await ensure(['pi3-1', 'pi3-2'], ['pi3-3']);
    expect(revokedIn(stolen)).toEqual(revokedIn(gone));
    const replaced = await ensure(three);
    expect(revokedIn(replaced)).toEqual(revokedIn(gone));
    expect(replaced.nodes['pi3-3']?.sshHostKey.publicKey).not.toBe(
      first.nodes['pi3-3']?.sshHostKey.publicKey,
    );
  });
});

describe('a node with a real sshd', () => {
  it('lets a certified key in and takes a certified host, until the list revokes them', async () => {
    const example = await layOverBase('pi3-default', await unpackBase());
    try {
      const [node] = example.nodes;
      const text = JSON.stringify({
        cluster_id: 'c',
        serial: 2,
        nodes: [],
        revoked: [
          { name: 'x', ssh_keys: ['ssh-ed25519 B', 'ssh-ed25519 A'], tls_name: 'x', gluster_uuid: 'u' },
        ],
      });
      // The node asks itself: its host key and its own key are certified as those of every other.
      const answer = await node?.run(`
        install -d /run/sshd /run/dlimage
        ssh-keygen -A >/dev/null
        /usr/sbin/sshd -t
        /usr/sbin/sshd -T -C user=root,host=x,addr=192.168.1.102 | grep -i revokedkeys
        /usr/sbin/sshd -T -C user=dlimage,host=x,addr=192.168.1.102 | grep -i revokedkeys || echo 'people: none of ours'
        cp /etc/dlimage/ssh/revoked_keys /tmp/shipped
        /usr/sbin/sshd -E /tmp/sshd.log >/dev/null 2>&1 </dev/null
        # Instead of the agent.
        printf '#!/bin/sh\\necho "answered $1"\\n' >/usr/lib/dlimage/peer-command
        ask() { ssh -F /etc/dlimage/ssh/config -o ControlMaster=no -o ControlPath=none "$DLIMAGE_ADDRESS" state 2>&1 | tr -d '\\r' | tail -n 1; }
        host=$(cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub)
        own=$(cut -d' ' -f1,2 /etc/dlimage/ssh/id_ed25519.pub)
        echo "as shipped: $(ask)"
        printf '# list\\n%s\\n' "$own" >/etc/dlimage/ssh/revoked_keys
        echo "own key: $(ask)"
        # Only the client's own file, as on another node.
        cp /tmp/shipped /etc/dlimage/ssh/revoked_keys
        printf '# list\\n%s\\n' "$host" >/tmp/hosts
        sed -i 's|^  RevokedHostKeys .*|  RevokedHostKeys /tmp/hosts|' /etc/dlimage/ssh/config
        echo "host key: $(ask)"
        sed -i 's|^  RevokedHostKeys .*|  RevokedHostKeys /etc/dlimage/ssh/revoked_keys|' /etc/dlimage/ssh/config
        echo "given back: $(ask)"
        printf '%s' '${text}' >/tmp/roster.json
        PYTHONPATH=/usr/lib/dlimage python3 -B -c '
from dlimage_node.revocation import text_of
from dlimage_node.roster import parse_roster
print(text_of(parse_roster(open("/tmp/roster.json").read(), "")), end="")'
        # Lines that are open: the agent ends them, and nothing else.
        open_line() { ssh -F /etc/dlimage/ssh/config "$DLIMAGE_ADDRESS" state >/dev/null 2>&1 </dev/null; }
        end_lines() { PYTHONPATH=/usr/lib/dlimage python3 -B -c '
import sys
from dlimage_node.command import run
from dlimage_node.revocation import LINES
print(run(["pkill", "-f", LINES[int(sys.argv[1])]]).code)' "$1"; }
        sleep 300 >/dev/null 2>&1 &
        sleeper=$!
        open_line
        echo "to us: $(end_lines 0)"
        # Of a line that ends at its other end the rest takes a moment.
        for _ in $(seq 100); do pgrep -f '^ssh: /run/dlimage/' >/dev/null || break; sleep 0.2; done
        open_line
        echo "to others: $(end_lines 1)"
        kill "$sleeper" $(cat /run/sshd.pid) && echo 'others are still there'`);
      expect(answer?.output.trim().split('\n')).toEqual([
        'revokedkeys /etc/dlimage/ssh/revoked_keys',
        'revokedkeys none',
        expect.stringMatching(/^as shipped: answered /),
        expect.stringMatching(/^own key: .*Permission denied/),
        'host key: Host key verification failed.',
        expect.stringMatching(/^given back: answered /),
        ...formatRevokedSshKeys(text).trimEnd().split('\n'),
        'to us: 0',
        'to others: 0',
        'others are still there',
      ]);
    } finally {
      await example.remove();
    }
  });
});

describe.skipIf(!existsSync('/dev/fuse'))('a node with a real glusterd', () => {
  it('lets its certificate mount the volume, until its name is not among those of the list', async () => {
    const example = await layOverBase('pi3-default', await unpackBase());
    try {
      const [node] = example.nodes;
      const answer = await node?.run(`
        hostname pi3-1
        rm -rf /var/lib/glusterd/peers
        mkdir -p /srv/brick /run/gluster /tmp/volume
        glusterd --pid-file /run/glusterd.pid >/dev/null 2>&1
        volume() { gluster --mode=script volume "$@" >/tmp/said 2>&1 || { cat /tmp/said; exit 1; }; }
        until gluster --mode=script volume list >/dev/null 2>&1; do sleep 0.5; done
        volume create cluster pi3-1:/srv/brick/cluster force
        volume set cluster client.ssl on server.ssl on auth.ssl-allow '*'
        volume start cluster
        may_mount() {
          glusterfs --volfile-server=pi3-1 --volfile-id=cluster /tmp/volume >/dev/null 2>&1 || true
          for _ in $(seq 40); do
            if timeout 5 touch /tmp/volume/file 2>/dev/null && mountpoint -q /tmp/volume; then echo "$1: mounted"; break; fi
            sleep 0.5
            mountpoint -q /tmp/volume || { echo "$1: refused"; break; }
          done
          umount --lazy /tmp/volume 2>/dev/null || true
        }
        may_mount 'any certificate'
        volume set cluster auth.ssl-allow pi3-1.2,pi3-2,pi3-3
        may_mount 'a revoked one'
        volume set cluster auth.ssl-allow pi3-1,pi3-2.2,pi3-3
        may_mount 'that of a node'
        pkill glusterfs || true
        kill "$(cat /run/glusterd.pid)"`);
      expect(answer?.output.trim().split('\n')).toEqual([
        'any certificate: mounted',
        'a revoked one: refused',
        'that of a node: mounted',
      ]);
    } finally {
      await example.remove();
    }
  });
});

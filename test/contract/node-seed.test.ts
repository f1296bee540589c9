import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';

/** The script that takes a seed, with the base's own programs; only what needs a machine is stood in for. */
describe('a machine with an image for all nodes', () => {
  let base: BaseTree | undefined;
  let example: ExampleRoots | undefined;
  beforeAll(async () => {
    base = await unpackBase();
    example = await layOverBase('x86-vagrant', base);
  });
  afterAll(async () => {
    await example?.remove();
  });

  it('becomes the node whose seed it finds, and takes node.env last', async () => {
    const [node] = example?.nodes ?? [];
    const answer = await node?.run(`
      own='etc/hostname etc/dlimage/node.env etc/ssh/ssh_host_ed25519_key etc/dlimage/ssh/id_ed25519'
      mkdir -p /tmp/volume /tmp/programs
      tar --directory / -cf /tmp/volume/dlimage.tar $own
      (cd / && sha256sum $own >/tmp/sums && rm $own)
      cat >/tmp/programs/stand-in <<'END'
#!/bin/sh
[ -e /etc/dlimage/node.env ] && early=after || early=before
echo "\${0##*/} $* ($early)" >>/tmp/asked
[ "\${0##*/}" != mount ] || cp /tmp/volume/* "$4"
END
      chmod 755 /tmp/programs/stand-in
      for program in mount umount hostname systemctl udevadm; do ln -s stand-in /tmp/programs/$program; done
      # /dev is that of the machine that runs the tests.
      sed 's#/dev/disk#/tmp/disk#g' /usr/lib/dlimage/take-seed >/tmp/take-seed
      mkdir -p /tmp/disk/by-label
      : >/tmp/disk/by-label/CIDATA
      PATH=/tmp/programs:$PATH sh /tmp/take-seed
      cd / && sha256sum --check --quiet /tmp/sums
      stat --format '%a %U %n' $own
      ls /etc/dlimage/*.new 2>/dev/null || true
      cat /tmp/asked`);
    expect(answer?.output).toContain('this machine is');
    expect(answer?.exitCode).toBe(0);
    const lines = answer?.output.trim().split('\n').slice(-12);
    expect(lines).toEqual([
      '644 root etc/hostname',
      '644 root etc/dlimage/node.env',
      '600 root etc/ssh/ssh_host_ed25519_key',
      '600 root etc/dlimage/ssh/id_ed25519',
      'mount -o ro /tmp/disk/by-label/CIDATA /run/dlimage-seed (before)',
      'umount /run/dlimage-seed (before)',
      'hostname lab-1 (after)',
      'hostname  (after)',
      'udevadm control --reload (after)',
      'udevadm trigger --action=add --subsystem-match=net --settle (after)',
      'systemctl daemon-reload (after)',
      'systemctl --no-block start default.target (after)',
    ]);
  });
});

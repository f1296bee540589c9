import { describe, expect, it } from 'vitest';
import {
  fileFromBytes,
  fileFromContent,
  hostFile,
  symlink,
} from '../../../../builder/node/render/make-entry.ts';
import { placedEntry } from '../../../../builder/node/render/placed-entries.ts';
import { userFilesOrigin } from '../../../../builder/node/render/user-file-entries.ts';

const common = { mode: 0o644, mtimeSeconds: 1, shared: true };
const ours = (path: string) =>
  fileFromBytes({ ...common, path, origin: 'overlay common' }, new TextEncoder().encode('x\n'));
const theirs = (path: string, sizeBytes: number) =>
  fileFromContent(
    { ...common, path, mode: 0o4750, uid: 1000, gid: 50, origin: userFilesOrigin },
    hostFile('/host', { sizeBytes }),
    'ab'.repeat(32),
  );
const sha256 = '73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac';

function listed(...entries: Parameters<typeof placedEntry>[0]): unknown {
  const { entry } = placedEntry(entries, 1);
  if (entry.kind !== 'file' || entry.content.from !== 'bytes') throw new Error('no file');
  expect(entry).toMatchObject({ path: '/etc/dlimage/placed.json', mode: 0o600, uid: 0 });
  return JSON.parse(new TextDecoder().decode(entry.content.bytes));
}

describe('the list of files that should stay as they are', () => {
  it('has mode, owner and content of our settings, in an order that does not change', () => {
    const files = ['/etc/sysctl.d/b.conf', '/etc/docker/daemon.json', '/usr/lib/dlimage/firewall.nft'];
    expect(listed(...files.map(ours))).toEqual(
      Object.fromEntries(files.map((path) => [path, `0644 0:0 ${sha256}`])),
    );
    expect(placedEntry(files.map(ours), 1).sha256).toBe(placedEntry(files.toReversed().map(ours), 1).sha256);
  });

  it('leaves out what changes by itself, and what is no file of the root filesystem', () => {
    const seed = fileFromBytes(
      { ...common, path: '/etc/ssh/x', partition: 'boot', origin: 'x' },
      new Uint8Array(),
    );
    const link = symlink({ ...common, path: '/etc/systemd/system/x', origin: 'overlay x' }, '/dev/null');
    const changing = ['/etc/hosts', '/etc/machine-id', '/etc/dlimage/stacks/a.yaml', '/var/lib/x'].map(ours);
    expect(listed(seed, link, ...changing, ours('/usr/lib/dlimage/dlimage_node/loop.py'))).toEqual({});
  });

  it('has the files of the definition wherever they are, but for data and homes', () => {
    const mib = 1024 * 1024;
    expect(
      listed(
        theirs('/usr/local/bin/tool', mib),
        theirs('/usr/local/share/film', mib + 1),
        theirs('/home/pi/.bashrc', 10),
        theirs('/var/lib/app/state', 10),
      ),
    ).toEqual({ '/usr/local/bin/tool': `4750 1000:50 ${'ab'.repeat(32)}` });
  });
});

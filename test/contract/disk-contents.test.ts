import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeDisk } from '../../builder/flash/describe-disk.ts';
import { findDisk, listDisks } from '../../builder/flash/host/list-disks.ts';
import { lookAtDisk } from '../../builder/flash/host/open-disk.ts';
import { encodeMarker } from '../../builder/flash/marker.ts';
import type { DiskContents } from '../../builder/flash/read-contents.ts';
import { canMountLoop } from '../image/support/kernel-mount.ts';
import { missingPrograms, run } from '../image/support/programs.ts';
import { makeDiskRig, type DiskRig } from './support/disk-rig.ts';

const programs = ['lsblk', 'losetup', 'partx', 'sfdisk', 'mke2fs', 'mkfs.vfat', 'mcopy', 'debugfs'];
const isPossible = canMountLoop() && missingPrograms(programs).length === 0;
const mebibyte = 1024 * 1024;

describe.skipIf(!isPossible)('what is on a disk', () => {
  let rig: DiskRig;
  beforeEach(() => {
    rig = makeDiskRig();
  });
  afterEach(() => rig.cleanUp());

  async function look(path: string): Promise<{ contents: DiskContents | null; words: readonly string[] }> {
    const disk = await findDisk(await listDisks(), path);
    if (disk === undefined) throw new Error(`${path} is not listed`);
    const contents = await lookAtDisk(disk);
    return { contents, words: describeDisk(disk, contents).contents };
  }

  /** A card as dlimage makes them: a FAT with the seed, and an ext4 with the node's environment. */
  function nodeCard(seed: string | null, environment: string | null): string {
    const file = rig.file('node.img', 80 * mebibyte);
    run('sfdisk', ['-q', file], 'label: dos\nstart=2048,size=81920,type=c\nstart=83968,size=65536,type=83\n');
    run('mkfs.vfat', ['-F', '32', '-s', '1', '-n', 'BOOTFS', '--offset', '2048', file, String(40 * 1024)]);
    if (seed !== null) run('mcopy', ['-i', `${file}@@${mebibyte}`, '-', '::/meta-data'], seed);
    const tree = join(rig.scratch, 'tree');
    mkdirSync(join(tree, 'etc/dlimage'), { recursive: true });
    if (environment !== null) writeFileSync(join(tree, 'etc/dlimage/node.env'), environment);
    run('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, '-E', `offset=${41 * mebibyte}`, file, '32768k']);
    return rig.attach(file);
  }

  const seed = 'instance-id: my-home-pi3-2-0123456789ab\nlocal-hostname: pi3-2\n';

  it('is a node, by its root filesystem and its seed', async () => {
    const environment = "# peers\nDLIMAGE_CLUSTER='my-home'\nDLIMAGE_CLUSTER_ID='x'\nDLIMAGE_NODE='pi3-2'\n";
    const { contents, words } = await look(nodeCard(seed, environment));
    const instanceId = 'my-home-pi3-2-0123456789ab';
    expect(contents).toEqual({ kind: 'node', node: 'pi3-2', cluster: 'my-home', instanceId });
    expect(words).toEqual(['pi3-2 of cluster my-home']);
  });

  it('is a node, by its seed alone', async () => {
    expect((await look(nodeCard(seed, null))).words).toEqual(['pi3-2 of cluster my-home']);
  });

  it('is no node, with the seed of another program', async () => {
    const others = 'instance-id: rpi-imager-1733000000\nlocal-hostname: raspberrypi\n';
    expect((await look(nodeCard(others, null))).words).toEqual(['fat32 BOOTFS (41.9 MB)', 'ext4 (33.6 MB)']);
  });

  it('is a filesystem with its name, and where it is mounted', async () => {
    const { disk, partition } = rig.card('card.img');
    expect((await look(disk)).words).toEqual(['ext4 photos (32.5 MB)']);
    const point = rig.folder('/mnt');
    rig.mount(partition, point);
    expect((await look(disk)).words).toEqual([`ext4 photos (32.5 MB), mounted at ${point}`]);
  });

  it('is unfinished, though an image was there before', async () => {
    const disk = nodeCard(seed, null);
    const marker = {
      node: 'pi3-1',
      cluster: 'my-home',
      imageSha256: 'ab'.repeat(32),
      beganSeconds: 1_796_131_200,
    };
    run(
      'dd',
      [`of=${disk}`, 'bs=512', 'conv=notrunc', 'status=none'],
      Buffer.concat([Buffer.alloc(512), encodeMarker(marker)]),
    );
    const { contents, words } = await look(disk);
    expect(contents).toEqual({ kind: 'unfinished', marker });
    expect(words).toEqual(['unfinished: pi3-1 of cluster my-home, begun 2026-12-01 13:20 UTC']);
  });

  it.each([0, 0xff])('is nothing: erased bytes of %i', async (byte) => {
    const file = rig.file('blank.img', 0);
    writeFileSync(file, Buffer.alloc(2 * mebibyte, byte));
    expect((await look(rig.attach(file))).words).toEqual(['empty']);
  });

  it('is data, where there is neither a table nor a filesystem', async () => {
    const file = rig.file('data.img', 0);
    writeFileSync(file, 'abcdefgh'.repeat(mebibyte / 4));
    expect((await look(rig.attach(file))).words).toEqual(['data without a filesystem']);
  });

  it('is still told when its filesystems are damaged, and lead their reader in circles', async () => {
    const disk = nodeCard(seed, "DLIMAGE_CLUSTER='c'\nDLIMAGE_NODE='n'\n");
    const root = `${disk}?offset=${41 * mebibyte}`;
    run('debugfs', ['-w', '-R', 'set_inode_field / size 0x100000000000', root]);
    expect(run('debugfs', ['-R', 'stat /', root]).toString()).toContain('Size: 17592186044416');
    // Each cluster of the FAT is followed by cluster 2.
    const links = '\x02\x00\x00\x00'.repeat(5000);
    run(
      'dd',
      [`of=${disk}`, 'bs=512', 'seek=2080', 'conv=notrunc', 'status=none'],
      Buffer.from(links, 'latin1'),
    );
    // The names are found all the same.
    expect((await look(disk)).words).toEqual(['n of cluster c']);
  });
});

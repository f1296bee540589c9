import { subSource, type ByteSource } from './byte-source.ts';
import { extSuperblockOffset, extSuperblockSize, parseExtSuperblock } from './ext-superblock.ts';
import { parseFatGeometry } from './fat-geometry.ts';
import { openFatVolume } from './fat-volume.ts';
import type { Filesystem, FilesystemKind } from './layout.ts';

interface Magic {
  readonly kind: FilesystemKind;
  readonly offset: number;
  readonly bytes: string;
}

/** Source: libblkid/src/superblocks of util-linux, one file per kind. Swap lies at the end of the first page. */
const magics: readonly Magic[] = [
  { kind: 'luks', offset: 0, bytes: 'LUKS\xba\xbe' },
  { kind: 'lvm', offset: 512, bytes: 'LABELONE' },
  { kind: 'xfs', offset: 0, bytes: 'XFSB' },
  { kind: 'btrfs', offset: 0x10040, bytes: '_BHRfS_M' },
  { kind: 'squashfs', offset: 0, bytes: 'hsqs' },
  { kind: 'erofs', offset: 1024, bytes: '\xe2\xe1\xf5\xe0' },
  { kind: 'f2fs', offset: 1024, bytes: '\x10\x20\xf5\xf2' },
  { kind: 'exfat', offset: 3, bytes: 'EXFAT   ' },
  { kind: 'ntfs', offset: 3, bytes: 'NTFS    ' },
  { kind: 'iso9660', offset: 0x8001, bytes: 'CD001' },
  { kind: 'swap', offset: 4096 - 10, bytes: 'SWAPSPACE2' },
];

/** Says what a range of an image holds, from its content alone; `unknown` when nothing is recognised. */
export async function identifyFilesystem(
  image: ByteSource,
  offsetBytes: number,
  sizeBytes: number,
): Promise<Filesystem> {
  const source = subSource(image, offsetBytes, sizeBytes);
  for (const magic of magics) {
    const found = await source.read(magic.offset, magic.bytes.length);
    if (found.toString('latin1') === magic.bytes) return named(magic.kind);
  }
  return (await readExt(source)) ?? (await readFat(source)) ?? named('unknown');
}

async function readExt(source: ByteSource): Promise<Filesystem | null> {
  const superblock = parseExtSuperblock(await source.read(extSuperblockOffset, extSuperblockSize));
  if (superblock === null) return null;
  const { kind, label, uuid, blockSize } = superblock;
  const sizeBytes = superblock.blocks * blockSize;
  return { kind, label, uuid, sizeBytes, freeBytes: superblock.freeBlocks * blockSize };
}

async function readFat(source: ByteSource): Promise<Filesystem | null> {
  const geometry = parseFatGeometry(await source.read(0, 512));
  if (geometry === null) return null;
  const volume = await openFatVolume(source, geometry);
  const label = (await volume.readLabel()) ?? geometry.label;
  const freeBytes = volume.freeClusters() * geometry.clusterBytes;
  return { kind: geometry.kind, label, uuid: geometry.uuid, sizeBytes: geometry.sizeBytes, freeBytes };
}

function named(kind: FilesystemKind): Filesystem {
  return { kind, label: '', uuid: '', sizeBytes: null, freeBytes: null };
}

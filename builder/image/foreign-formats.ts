/** A format of images that is not read: what it is called, and how a raw image is made of it. */
export interface ForeignFormat {
  readonly name: string;
  readonly remedy: string;
}

const unpackIt = 'unpack it, and name the image in it';

/** Source: the magic numbers as file(1) knows them. */
const formats: readonly (readonly [string, string, string])[] = [
  [
    '# Disk DescriptorFile',
    'the description of a VMDK, whose data is in other files',
    'make a disk that stands alone, where all of its files are: qemu-img convert -O qcow2 DISK NEW.qcow2',
  ],
  ['QED\0', 'a QED disk', 'make a raw one: qemu-img convert -O raw DISK NEW.img'],
  ['WithoutFreeSpace', 'a disk of Parallels', 'make a raw one: qemu-img convert -O raw DISK NEW.img'],
  ['WithouFreSpacExt', 'a disk of Parallels', 'make a raw one: qemu-img convert -O raw DISK NEW.img'],
  ['\x04\x22\x4d\x18', 'packed with lz4', unpackIt],
  ['LZIP', 'packed with lzip', unpackIt],
  ['\x89LZO\0\r\n\x1a\n', 'packed with lzop', unpackIt],
  ['\x5d\0\0', 'packed with lzma', unpackIt],
  ['\x1f\x9d', 'packed with compress', unpackIt],
  ['Rar!\x1a\x07', 'a RAR archive', unpackIt],
  ['MSWIM\0\0\0', 'a Windows image (WIM)', 'it holds no disk: take another image'],
];

/** Names the format of a file that has neither a partition table nor a filesystem, by its first bytes; null when unknown. */
export function foreignFormatIn(start: Buffer): ForeignFormat | null {
  const found = formats.find(([magic]) => start.toString('latin1', 0, magic.length) === magic);
  return found === undefined ? null : { name: found[1], remedy: found[2] };
}

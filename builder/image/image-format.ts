/** Formats that hold a whole image, a map of one, or the difference to its base. */
export const imageFormats = [
  'img',
  'img.zst',
  'img.xz',
  'img.gz',
  'qcow2',
  'vmdk',
  'vdi',
  'vhdx',
  'img.bmap',
  'dlpatch',
] as const;

/** Boxes of Vagrant: for its libvirt and QEMU providers, and for VirtualBox. */
export const boxFormats = ['box', 'virtualbox-box'] as const;

/** Every format that can be asked for. */
export const buildFormats = [...imageFormats, ...boxFormats, 'seed-iso'] as const;

export type ImageFormat = (typeof imageFormats)[number];
export type BoxFormat = (typeof boxFormats)[number];
/** A format that is made of an image; a seed is not, it goes with one. */
export type WrittenFormat = ImageFormat | BoxFormat;
export type BuildFormat = (typeof buildFormats)[number];

/** The name of a file of a node, or of what all nodes share: `pi3-1.img.zst`, `x86-1.seed.iso`. */
export function artifactName(name: string, format: BuildFormat): string {
  return `${name}.${format.replace('-', '.')}`;
}

/** True for a box. */
export function isBox(format: BuildFormat): format is BoxFormat {
  return boxFormats.some((box) => box === format);
}

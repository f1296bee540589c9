/** What can be written for a node. */
export const imageFormats = ['img', 'img.zst', 'img.xz', 'img.gz', 'qcow2', 'img.bmap', 'dlpatch'] as const;

/** A format, named as its files end. */
export type ImageFormat = (typeof imageFormats)[number];

/** The name of a node's file: `pi3-1.img.zst`. */
export function artifactName(node: string, format: ImageFormat): string {
  return `${node}.${format}`;
}

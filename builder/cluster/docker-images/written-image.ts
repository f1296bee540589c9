import type { HostPath, LookUpPath } from '../model/environment.ts';
import type { ArchivedImage, ImageArchive, UnreadableArchive } from '../model/image-archive.ts';

/** An archive as the definition names it, with what the host found. */
export interface WrittenImage {
  /** Place in the definition's list. */
  readonly index: number;
  readonly file: string;
  readonly found: HostPath | undefined;
  readonly archive: ImageArchive | UnreadableArchive | undefined;
}

/** One image of an archive that could be read. */
export interface ReadImage extends ArchivedImage {
  readonly index: number;
  readonly file: string;
}

/** The archives of `images:`. */
export function writtenImages(files: readonly string[] | undefined, lookUp: LookUpPath): WrittenImage[] {
  return (files ?? []).map((file, index) => {
    const found = lookUp({ purpose: 'image', written: file, from: 'definition' });
    return { index, file, found, archive: found?.archive };
  });
}

import type { ImageContents } from '../image-contents.ts';
import type { ImagePlan } from '../image-pieces.ts';
import type { ImageLayout } from '../../image/layout.ts';
import type { Patch } from '../../image/patch.ts';
import type { ByteRange } from '../../image/ranges.ts';
import type { DigestedBase } from '../image-contents.ts';
import type { BoxFiles } from '../box-files.ts';
import type { Progress } from '../../system/host/progress.ts';
import type { AssembleResult, OnBytes } from './assemble.ts';
import type { Assembler } from './assembler.ts';
import type { Limiter } from '../../system/host/limiter.ts';

/** A base as formats know it. */
export interface FormatBase extends DigestedBase {
  readonly key: string;
  readonly name: string;
  readonly layout: ImageLayout;
}

/** One node's image, ready to be written in any format. */
export interface LayeredImage {
  readonly name: string;
  readonly base: FormatBase;
  /** As the engine made them; the shared one is the same object for all nodes that share it. */
  readonly layers: { readonly shared: Patch; readonly own: Patch };
  /** The same layers in memory, or in files of a private directory; that of the cluster is the same object, too. */
  readonly contents: ImageContents;
  readonly plan: ImagePlan;
  /** Files of boxes beside their disks; null where no box is written. */
  readonly boxFiles: BoxFiles | null;
  /** Hears how far the pass over the whole image is. */
  readonly onBytes: OnBytes | undefined;
  /** Ranges of the base that are not all zero. */
  readonly dataRanges: readonly ByteRange[];
}

/** Context of the writers of all formats, for one build. */
export interface WriterContext {
  /** Keeps compressed frames of bases. */
  readonly cacheDirectory: string;
  /** Private, and removed after the build. */
  readonly temporaryDirectory: string;
  readonly assembler: Assembler;
  /** Compressors that run at once; each takes memory. */
  readonly limiter: Limiter;
  readonly progress: Progress;
}

/** Writes images in one format. What they have in common is made once. */
export interface ArtifactWriter {
  /** Writes a new file. */
  write(path: string, image: LayeredImage, signal?: AbortSignal): Promise<AssembleResult>;
}

import type { DeflateFrame } from '../gzip-join.ts';
import type { Piece } from '../../image/piece.ts';
import type { XzStream } from '../xz-stream.ts';

/** One compressed frame, ready to be joined with others. */
export interface EncodedFrame {
  /** Compressed bytes for the artifact. */
  readonly pieces: readonly Piece[];
  /** Its entry in the artifact's own index or trailer; null where the format has none. */
  readonly summary: DeflateFrame | XzStream | null;
}

/** A file with the bytes of a frame. */
export interface RawFrame {
  readonly path: string;
  readonly lengthBytes: number;
}

/**
 * Compresses frames apart from each other, and joins them to one ordinary file. What a frame becomes depends on its bytes
 * alone, not on what is compressed with it, so that the same image always gives the same file.
 */
export interface FrameCodec {
  readonly format: 'img.zst' | 'img.xz' | 'img.gz';
  readonly level: number;
  /** Size of a frame of the base: large enough that cutting costs next to nothing. */
  readonly frameBytes: number;
  /** Compresses files: each `path` is gone afterwards, and `path + suffix` is there. */
  compress(files: readonly RawFrame[], signal?: AbortSignal): Promise<void>;
  readonly suffix: string;
  /** Reads what joining must know of a compressed file. */
  examine(path: string): Promise<EncodedFrame>;
  join(frames: readonly EncodedFrame[]): Piece[];
}

/** `write` everything; `resume`: only what differs from what is there; `verify`: compare, and write nothing. */
export type WriterMode = 'write' | 'resume' | 'verify';

/** An offset and a length in bytes. */
export type WireRange = readonly [offsetBytes: number, lengthBytes: number];

/** The first line that a writer gets. The bytes of the ranges follow, in their order. */
export interface WriterHeader {
  readonly mode: WriterMode;
  readonly device: string;
  /** What the device was when it was looked at: anything else is another device, and is refused. */
  readonly sizeBytes: number;
  readonly firstMebibyteSha256: string;
  /** Sectors that the image's partition table counts in. */
  readonly sectorBytes: number;
  readonly imageBytes: number;
  /** Sorted, apart from each other, in whole sectors except at the image's end. */
  readonly ranges: readonly WireRange[];
  /** 512 bytes in base64, which say that the card is unfinished. */
  readonly marker: string;
  /** False skips reading back, except of the first MiB. */
  readonly readBack: boolean;
}

/**
 * `check`: identity, both ends zeroed; `probe`: the capacity; `write`; `compare` with what is there; `read-back` of what
 * was written; `retry` of what differed; `finish`: the first MiB.
 */
export type WriterPhase = 'check' | 'probe' | 'write' | 'compare' | 'read-back' | 'retry' | 'finish';

/** What a writer says, one line each. */
export type WriterEvent =
  | { readonly event: 'started' }
  | {
      readonly event: 'progress';
      readonly phase: WriterPhase;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  /** Asks for the bytes of these ranges once more. */
  | { readonly event: 'resend'; readonly ranges: readonly WireRange[] }
  | { readonly event: 'mismatch'; readonly mismatch: Mismatch }
  | { readonly event: 'failed'; readonly failure: WriterFailure }
  | { readonly event: 'done'; readonly summary: WriterSummary };

/** A place where the card holds something else than the image. */
export interface Mismatch {
  /** The first byte that differs. */
  readonly offsetBytes: number;
  /** From there to the last byte that differs in this chunk. */
  readonly lengthBytes: number;
  /** What the image has at the 512 bytes around the first difference. */
  readonly expected: 'zeros' | 'ones' | 'data';
  /**
   * What the card has there: nothing but zeros or ones; `bits`: a few bits are flipped; `moved`: what belongs to
   * `fromOffsetBytes`; `unsteady`: right when it was read again; `unreadable`; or other `data`.
   */
  readonly found: 'zeros' | 'ones' | 'bits' | 'moved' | 'unsteady' | 'unreadable' | 'data';
  readonly flippedBits?: number;
  readonly fromOffsetBytes?: number;
}

/** Why a writer gave up. The card then has no partition table, unless the mode is `verify`. */
export interface WriterFailure {
  readonly reason:
    | 'header'
    | 'open'
    | 'busy'
    | 'gone'
    | 'no-medium'
    | 'no-rights'
    | 'read-only'
    | 'changed'
    | 'sector-size'
    | 'too-small'
    | 'capacity'
    | 'write'
    | 'read'
    | 'mismatch'
    | 'interrupted';
  /** In words, where the reason alone does not say it. */
  readonly text?: string;
  /** Where writing or reading failed; of `capacity`, the lowest place that does not keep what is written there. */
  readonly offsetBytes?: number;
  /** Of `mismatch`: the first ones. */
  readonly mismatches?: readonly Mismatch[];
  /** Of `mismatch`: chunks that differ, of all that were compared. */
  readonly badChunks?: number;
  readonly comparedChunks?: number;
}

/** What a writer did. */
export interface WriterSummary {
  /** Bytes of the image that were written, repeats included. */
  readonly writtenBytes: number;
  /** Bytes of the image that were read from the card and were right. */
  readonly comparedBytes: number;
  /** Chunks that were wrong when they were read back, and right after they were written again. */
  readonly mendedChunks: number;
  /** The kernel has read the new partition table. */
  readonly isTableReread: boolean;
  readonly secondsByPhase: Readonly<Partial<Record<WriterPhase, number>>>;
}

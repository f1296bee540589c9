/** One file that differs between two images. */
export interface FileDifference {
  readonly path: string;
  /** `removed`: only in the first image; `added`: only in the second. */
  readonly change: 'added' | 'removed' | 'changed';
  /** Difference in words: `mode 0644 -> 0600`, `content`. Empty for an addition or a removal. */
  readonly details: readonly string[];
}

/** Differences between two images. */
export interface ImageDifference {
  /** Bytes that differ, in units of 4 KiB. */
  readonly differingBytes: number;
  /** Differences of the partition tables and the filesystems' headers, one a line. */
  readonly layout: readonly string[];
  readonly partitions: readonly PartitionDifference[];
}

/** Differences between two partitions of the same number. */
export interface PartitionDifference {
  readonly number: number;
  readonly label: string;
  readonly files: readonly FileDifference[];
  /** Why its files were not compared; null when they were. */
  readonly unread: string | null;
}

/** A file as it is compared, whatever the filesystem. */
export interface ComparedFile {
  readonly name: string;
  readonly kind: string;
  readonly sizeBytes: number;
  /** Attributes shown when they differ: mode, owner, time. Absent where the filesystem has none. */
  readonly attributes: Readonly<Record<string, string>>;
}

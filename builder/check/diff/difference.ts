/** One file that differs between two images. */
export interface FileDifference {
  readonly path: string;
  /** `removed`: only in the first image; `added`: only in the second. */
  readonly change: 'added' | 'removed' | 'changed';
  /** What differs, in words: `mode 0644 -> 0600`, `content`. Empty for what was added or removed. */
  readonly details: readonly string[];
}

/** What differs between two images. */
export interface ImageDifference {
  /** Bytes that differ, in units of 4 KiB. */
  readonly differingBytes: number;
  /** Differences of the partition tables and the filesystems' headers, one a line. */
  readonly layout: readonly string[];
  readonly partitions: readonly PartitionDifference[];
}

/** What differs between two partitions of the same number. */
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
  /** What is shown when it differs: mode, owner, time. Absent where the filesystem has none. */
  readonly attributes: Readonly<Record<string, string>>;
}

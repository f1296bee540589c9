import type { FilesystemKind, ImageLayout } from '../../image/layout.ts';
import type { BasePackage } from '../../system/debian-packages/dpkg-status.ts';

/** One partition of a base. `filesystem` is null for the BIOS boot partition, which holds code only. */
export interface BasePartition {
  readonly number: number;
  /** `other`: neither, in an image that dlimage did not build. */
  readonly role: 'loader' | 'boot' | 'root' | 'other';
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly filesystem: FilesystemKind | null;
  /** Label of the filesystem; empty without one. */
  readonly label: string;
  /** As `blkid` prints it; empty without a filesystem. */
  readonly uuid: string;
}

/** Contents of `base.json`, beside the image. */
export interface BaseRecord {
  /** Version of this file's format. */
  readonly format: 1;
  /** Hash over all that decides the content; also the name of the directory. */
  readonly key: string;
  readonly definitionName: string;
  readonly platform: string;
  readonly architecture: string;
  /** SHA-256 of the whole image. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly table: ImageLayout['table'];
  readonly partitions: readonly BasePartition[];
  /** Sorted by name, then architecture. */
  readonly packages: readonly BasePackage[];
  /** Packages asked for beyond those of the definition. Sorted. */
  readonly extraPackages: readonly string[];
  /** Its origin, when it was not built from packages: for lists. */
  readonly origin?: string;
  /** Name of the download that it was unpacked from; the file may be gone. */
  readonly download?: string;
  /** Newest time in the image, in seconds since 1970. */
  readonly epochSeconds: number;
  readonly dlimageVersion: string;
  readonly buildSeconds: number;
}

/** A base that is complete and lies in the cache. */
export interface BuiltBase extends BaseRecord {
  readonly directory: string;
  /** Absolute path of the image; the file is read-only and sparse. */
  readonly imagePath: string;
}

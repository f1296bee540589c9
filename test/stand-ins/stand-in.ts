import type { BaseTarget } from '../../builder/base/base-request.ts';

/** One partition of a stand-in, as its model has it. Numbers and starts need not be in the same order. */
export interface StandInPartition {
  readonly number: number;
  readonly startSector: number;
  /** In MiB; the last one in the image takes the rest when absent. */
  readonly sizeMb?: number;
  /** `sfdisk`'s name or number of the type. */
  readonly type: string;
  readonly bootable?: boolean;
  readonly content:
    | { readonly kind: 'code' }
    | {
        readonly kind: 'fat16' | 'fat32';
        readonly label: string;
        readonly mountPoint: string;
        /** Sectors of 512 bytes in a cluster. */
        readonly sectorsPerCluster: number;
      }
    | {
        readonly kind: 'ext4';
        readonly label: string;
        readonly mountPoint: string;
        /** For `mke2fs -O`. */
        readonly features: string;
        readonly bytesPerInode?: number;
      };
}

/** An image that is like a publisher's in all that dlimage has to do with, made from Debian's packages. */
export interface StandIn extends BaseTarget {
  readonly description: string;
  /** The definition in `profiles/bases` of the image that it stands for. */
  readonly model: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly packages: readonly string[];
  /** mmdebstrap's own hooks, by directory name. */
  readonly hooks?: readonly string[];
  readonly table: 'dos' | 'gpt';
  /** Of an MBR, in eight hexadecimal digits, where files of the image name partitions by it. */
  readonly diskId?: string;
  readonly sizeMb: number;
  readonly partitions: readonly StandInPartition[];
}

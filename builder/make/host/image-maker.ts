import type { OnBytes } from '../../artifact/host/assemble.ts';
import type { Base } from '../../base/host/obtain/base.ts';
import type { WrittenFormat } from '../../image/image-format.ts';
import type { Assets } from '../../node/overlay/assets.ts';
import type { RenderedEntry } from '../../node/render/rendered-node.ts';
import type { PlannedImage } from '../plan-build.ts';
import type { ArtifactContents } from './build-artifacts.ts';
import type { MakeRequest } from './make-request.ts';

/** An image to be made of its base. */
export interface ImageJob {
  readonly item: PlannedImage;
  readonly base: Base;
  /** Everything that the image holds beyond its base. */
  readonly entries: readonly RenderedEntry[];
  /** Over the entries. */
  readonly sha256: string;
  /** Hears how far the image is, in bytes. */
  readonly onBytes: OnBytes;
}

/** Makes the images of one build. */
export interface ImageMaker {
  /** Over all that the files of an image are made from. */
  hashInputs(job: ImageJob): string;
  /** Writes files under temporary names; the digest of the uncompressed image is given where it is known already. */
  write(
    job: ImageJob,
    missing: readonly WrittenFormat[],
    imageSha256: string | null,
  ): Promise<ArtifactContents>;
  close(): Promise<void>;
}

/** A way of making images: by patches, or by Packer. */
export interface ImageMaking {
  /** Before any work. @throws HostError when a program is missing */
  requireReady(): Promise<void>;
  /** Close the maker when the build ends. */
  open(build: {
    readonly request: MakeRequest;
    readonly assets: Assets;
    /** Entries that all nodes of the cluster share, also those that are not built. */
    readonly common: ReadonlySet<RenderedEntry>;
  }): Promise<ImageMaker>;
}

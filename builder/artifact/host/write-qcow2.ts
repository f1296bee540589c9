import type { ImagePlan } from '../image-pieces.ts';
import { planQcow2 } from '../qcow2.ts';
import { pieceLength } from '../../image/piece.ts';
import type { ByteRange } from '../../image/ranges.ts';
import type { ArtifactWriter, WriterContext } from './artifact-writer.ts';

/** Writes disks for QEMU: whole ones, or with `backing` overlays that need the base where it lies now. */
export function createQcow2Writer({ assembler }: WriterContext, backing: boolean): ArtifactWriter {
  return {
    write(path, { base, plan, dataRanges }) {
      const disk = { sizeBytes: plan.sizeBytes, contents: plan.pieces };
      const pieces = backing
        ? planQcow2({
            ...disk,
            ranges: patchedRanges(plan, []),
            backing: { path: base.path, format: 'raw' },
          })
        : planQcow2({ ...disk, ranges: patchedRanges(plan, dataRanges) });
      return assembler.run({ pieces, path, holes: false, digest: true });
    },
  };
}

/** Some ranges of the base, and what was patched. Sorted; they may overlap. */
export function patchedRanges({ patch }: ImagePlan, ranges: readonly ByteRange[]): ByteRange[] {
  const patched = patch.map(({ offsetBytes, piece }) => ({ offsetBytes, lengthBytes: pieceLength(piece) }));
  return [...ranges, ...patched].toSorted((one, other) => one.offsetBytes - other.offsetBytes);
}

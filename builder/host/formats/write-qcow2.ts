import { planQcow2 } from '../../formats/qcow2.ts';
import { pieceLength } from '../../formats/piece.ts';
import type { ArtifactWriter, WriterContext } from './artifact-writer.ts';

/** Writes disks for QEMU: whole ones, or with `isThin` overlays that need the base where it lies now. */
export function createQcow2Writer({ assembler }: WriterContext, isThin: boolean): ArtifactWriter {
  return {
    write(path, { base, plan, dataRanges }) {
      const patched = plan.patch.map(({ offsetBytes, piece }) => ({
        offsetBytes,
        lengthBytes: pieceLength(piece),
      }));
      const disk = { sizeBytes: plan.sizeBytes, contents: plan.pieces };
      const pieces = isThin
        ? planQcow2({ ...disk, ranges: patched, backing: { path: base.path, format: 'raw' } })
        : planQcow2({
            ...disk,
            ranges: [...dataRanges, ...patched].toSorted((one, other) => one.offsetBytes - other.offsetBytes),
          });
      return assembler.run({ pieces, path, holes: false, digest: true });
    },
  };
}

import { constants } from 'node:fs';
import { chmod, copyFile, open, rm } from 'node:fs/promises';
import type { Piece } from '../../image/piece.ts';
import type { ArtifactWriter, WriterContext } from './artifact-writer.ts';
import type { AssembleResult, OnBytes } from './assemble.ts';
import type { Assembler } from './assembler.ts';
import { readPieces } from './read-pieces.ts';

/** Writes sparse raw images: as clones of the base where the filesystem can, else piece by piece. */
export function createRawWriter({ assembler }: WriterContext): ArtifactWriter {
  return {
    async write(path, { plan, base, onBytes }) {
      const pieces = plan.pieces(0, plan.sizeBytes);
      if (!(await clone(base.path, path))) return writeAndHash(assembler, pieces, path, onBytes);
      const file = await open(path, 'r+');
      try {
        for (const { offsetBytes, piece } of plan.patch) {
          const bytes = await readPieces([piece]);
          await file.write(bytes, 0, bytes.length, offsetBytes);
        }
      } finally {
        await file.close();
      }
      return assembler.run({ pieces, path: null, holes: true, digest: true }, onBytes);
    },
  };
}

/**
 * Writes a sparse file and hashes it. Hashing takes several times as long as writing: while a thread has nothing else to
 * do, it does that beside the writing instead of after it. Otherwise one pass for both takes less of the processor.
 */
export async function writeAndHash(
  assembler: Assembler,
  pieces: readonly Piece[],
  path: string,
  onBytes?: OnBytes,
): Promise<AssembleResult> {
  if (!assembler.canRunTwo()) return assembler.run({ pieces, path, holes: true, digest: true }, onBytes);
  const writing = assembler.run({ pieces, path, holes: true, digest: false });
  const hashing = assembler.run({ pieces, path: null, holes: true, digest: true }, onBytes);
  await Promise.allSettled([writing, hashing]);
  await writing;
  return hashing;
}

/** False where base and target do not lie on one filesystem that shares blocks between files. */
async function clone(basePath: string, path: string): Promise<boolean> {
  try {
    await copyFile(basePath, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    await chmod(path, 0o600);
    return true;
  } catch {
    await rm(path, { force: true });
    return false;
  }
}

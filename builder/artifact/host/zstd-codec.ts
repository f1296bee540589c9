import { stat } from 'node:fs/promises';
import { runTool } from '../../system/host/run-tool.ts';
import type { FrameCodec } from './frame-codec.ts';

/** Zstandard: a file of several frames decodes to all of them, one after the other (RFC 8878, section 3). */
export function createZstdCodec(level = 9): FrameCodec {
  return {
    format: 'img.zst',
    level,
    frameBytes: 16 * 1024 * 1024,
    suffix: '.zst',
    async compress(files, signal) {
      // One thread: several of these run side by side.
      const args = [
        '-q',
        '--no-progress',
        '-T1',
        `-${level}`,
        '--rm',
        '--',
        ...files.map(({ path }) => path),
      ];
      await runTool('zstd', args, {
        step: 'compress an image with zstd',
        timeoutSeconds: 3600,
        signal,
      });
    },
    async examine(path) {
      const { size } = await stat(path);
      return { pieces: [{ kind: 'file', path, offsetBytes: 0, lengthBytes: size }], summary: null };
    },
    join: (frames) => frames.flatMap((frame) => frame.pieces),
  };
}

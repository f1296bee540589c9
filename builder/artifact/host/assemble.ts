import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { totalLength, type Piece } from '../../image/piece.ts';

/** A file to be written, or only hashed, from its pieces. */
export interface AssembleJob {
  readonly pieces: readonly Piece[];
  /** A file that does not exist yet; null when only the digest is wanted. */
  readonly path: string | null;
  /** Zeros become holes of the file instead of being written. */
  readonly holes: boolean;
  /** True when the SHA-256 of the assembled bytes is wanted. */
  readonly digest: boolean;
}

/** Result of assembling. `sha256` is hexadecimal, null when no digest was asked for. */
export interface AssembleResult {
  readonly sizeBytes: number;
  readonly sha256: string | null;
}

/** Hears how many bytes of a file are done. */
export type OnBytes = (doneBytes: number) => void;

const bufferBytes = 1024 * 1024;
const toldBytes = 32 * 1024 * 1024;

/**
 * Writes and hashes in one pass, with one buffer, whatever the size. It blocks its thread: the pool of `assembler.ts`
 * calls it in a worker.
 *
 * @param onBytes - hears every 32 MiB how far it is
 * @throws Error of the system call that failed; the unfinished file is left for the caller to remove.
 */
export function assemble(job: AssembleJob, onBytes?: OnBytes): AssembleResult {
  const sizeBytes = totalLength(job.pieces);
  const sink = openSink(job, sizeBytes, onBytes);
  const sources = new Map<string, number>();
  try {
    for (const piece of job.pieces) {
      if (piece.kind === 'bytes') sink.write(piece.bytes);
      else if (piece.kind === 'zeros') sink.zeros(piece.lengthBytes);
      else copyRange(openSource(sources, piece.path), piece.offsetBytes, piece.lengthBytes, sink);
    }
    return { sizeBytes, sha256: sink.finish() };
  } finally {
    sink.close();
    for (const descriptor of sources.values()) closeSync(descriptor);
  }
}

interface Sink {
  write(bytes: Uint8Array): void;
  zeros(lengthBytes: number): void;
  finish(): string | null;
  close(): void;
}

const buffer = Buffer.allocUnsafeSlow(bufferBytes);
const zeroBuffer = Buffer.alloc(bufferBytes);

function openSink(job: AssembleJob, sizeBytes: number, onBytes: OnBytes | undefined): Sink {
  const hash = job.digest ? createHash('sha256') : null;
  const file = job.path === null ? null : openSync(job.path, 'wx', 0o600);
  let position = 0;
  let told = 0;
  const move = (bytes: number) => {
    position += bytes;
    if (onBytes === undefined || position - told < toldBytes) return;
    told = position;
    onBytes(position);
  };
  const put = (bytes: Uint8Array) => {
    if (file === null) return;
    for (let done = 0; done < bytes.byteLength;) {
      done += writeSync(file, bytes, done, bytes.byteLength - done, position + done);
    }
  };
  return {
    write(bytes) {
      hash?.update(bytes);
      put(bytes);
      move(bytes.byteLength);
    },
    zeros(lengthBytes) {
      for (let left = lengthBytes; left > 0;) {
        const part = zeroBuffer.subarray(0, Math.min(left, bufferBytes));
        hash?.update(part);
        if (!job.holes) put(part);
        move(part.byteLength);
        left -= part.byteLength;
      }
    },
    finish() {
      if (file !== null && job.holes) ftruncateSync(file, sizeBytes);
      return hash?.digest('hex') ?? null;
    },
    close() {
      if (file !== null) closeSync(file);
    },
  };
}

/** Frames of an artifact are many files, each used once: few stay open. */
function openSource(sources: Map<string, number>, path: string): number {
  const known = sources.get(path);
  if (known !== undefined) return known;
  if (sources.size >= 8) {
    for (const descriptor of sources.values()) closeSync(descriptor);
    sources.clear();
  }
  const descriptor = openSync(path, 'r');
  sources.set(path, descriptor);
  return descriptor;
}

function copyRange(descriptor: number, offsetBytes: number, lengthBytes: number, sink: Sink): void {
  for (let done = 0; done < lengthBytes;) {
    const wanted = Math.min(bufferBytes, lengthBytes - done);
    const count = readSync(descriptor, buffer, 0, wanted, offsetBytes + done);
    if (count === 0) {
      // Past the end of a file there are zeros, as in an image that is cut off inside its last block.
      sink.zeros(lengthBytes - done);
      return;
    }
    sink.write(buffer.subarray(0, count));
    done += count;
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { execa } from 'execa';
import type { ByteRange } from '../../../../builder/image/ranges.ts';
import { startWriter, type CardJob, type WriterWatch } from '../../../../builder/flash/host/start-writer.ts';
import { encodeMarker } from '../../../../builder/flash/marker.ts';
import type { WriterSummary } from '../../../../builder/flash/writer-protocol.ts';
import { runProgram } from './cards.ts';

export const mebibyte = 1024 * 1024;

/** An image with an MBR and random bytes in its ranges. */
export interface SampleImage {
  readonly path: string;
  readonly bytes: Buffer;
  readonly ranges: readonly ByteRange[];
}

/** Makes an image; between its ranges are bytes that must not matter. */
export function makeSampleImage(path: string, sizeBytes: number, ranges: readonly ByteRange[]): SampleImage {
  const bytes = Buffer.alloc(sizeBytes);
  for (const { offsetBytes, lengthBytes } of ranges) randomBytes(lengthBytes).copy(bytes, offsetBytes);
  bytes.fill(0, 446, 510);
  // One partition of Linux from 1 MiB on.
  bytes.set([0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0], 446);
  bytes.writeUInt32LE(sizeBytes / 512 - 2048, 458);
  bytes.set([0x55, 0xaa], 510);
  writeFileSync(path, bytes);
  return { path, bytes, ranges };
}

export const marker = encodeMarker({
  node: 'pi3-1',
  cluster: 'home',
  imageSha256: 'a'.repeat(64),
  beganSeconds: 1_796_000_000,
});

/** Writes an image to a card as the command does: bound to what is on it now. */
export async function flash(
  device: string,
  image: SampleImage,
  job: Partial<CardJob> = {},
  watch: WriterWatch = {},
): Promise<WriterSummary> {
  const [size, first] = await Promise.all([
    runProgram('blockdev', '--getsize64', device),
    execa('dd', [`if=${device}`, 'bs=1M', 'count=1', 'iflag=direct'], {
      encoding: 'buffer',
      stderr: 'ignore',
    }),
  ]);
  return await startWriter(
    {
      mode: 'write',
      device,
      sizeBytes: Number(size.stdout),
      firstMebibyteSha256: createHash('sha256').update(first.stdout).digest('hex'),
      imageBytes: image.bytes.length,
      ranges: image.ranges,
      marker,
      async *read({ offsetBytes, lengthBytes }) {
        for (let at = offsetBytes; at < offsetBytes + lengthBytes; at += 65_536)
          yield image.bytes.subarray(at, Math.min(at + 65_536, offsetBytes + lengthBytes));
      },
      ...job,
    },
    watch,
  );
}

/** What another program reads at the start of a card: a partition table, our marker, or neither. */
export async function stateOf(device: string): Promise<'finished' | 'unfinished' | 'blank'> {
  const { stdout } = await execa('dd', [`if=${device}`, 'bs=4096', 'count=1', 'iflag=direct'], {
    encoding: 'buffer',
    stderr: 'ignore',
  });
  const start = Buffer.from(stdout);
  if (start.subarray(512, 1024).equals(marker)) return 'unfinished';
  return start[510] === 0x55 ? 'finished' : 'blank';
}

/** Ranges in which cmp(1) finds a difference between a card, read past the page cache, and an image. */
export async function differingRanges(device: string, image: SampleImage): Promise<ByteRange[]> {
  const copy = `${image.path}.card`;
  const size = image.bytes.length;
  const blocks = Math.ceil(size / mebibyte);
  const read = await runProgram(
    'dd',
    `if=${device}`,
    `of=${copy}`,
    'bs=1M',
    `count=${blocks}`,
    'iflag=direct',
  );
  if (read.exitCode !== 0) throw new Error(read.stderr);
  const differ: ByteRange[] = [];
  for (const range of image.ranges) {
    const { offsetBytes, lengthBytes } = range;
    const skip = `${offsetBytes}:${offsetBytes}`;
    const compared = await runProgram('cmp', '-s', '-i', skip, '-n', `${lengthBytes}`, image.path, copy);
    if (compared.exitCode !== 0) differ.push(range);
  }
  return differ;
}

/** Bytes of a card from a place on, read by dd past the page cache; null where dd fails. */
export async function readByDd(
  device: string,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Buffer | null> {
  const result = await execa(
    'dd',
    [`if=${device}`, 'bs=4096', `skip=${offsetBytes / 4096}`, `count=${lengthBytes / 4096}`, 'iflag=direct'],
    { encoding: 'buffer', reject: false },
  );
  return result.exitCode === 0 ? Buffer.from(result.stdout) : null;
}

/** Writes a file to a card by dd, past the page cache; true where dd found nothing wrong. */
export async function writeByDd(
  device: string,
  offsetBytes: number,
  bytes: Buffer,
  file: string,
): Promise<boolean> {
  writeFileSync(file, bytes);
  const { exitCode } = await runProgram(
    'dd',
    `if=${file}`,
    `of=${device}`,
    'bs=4096',
    `seek=${offsetBytes / 4096}`,
    'oflag=direct',
    'conv=notrunc',
  );
  return exitCode === 0;
}

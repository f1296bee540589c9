import { constants, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { CardMismatch } from '../../../builder/flash/describe-failure.ts';
import { HostError } from '../../../builder/report/errors.ts';
import { canMakeCards, makeFaultyCard, makeLoopCard, runProgram, type Card } from './support/cards.ts';
import type { CardFaults } from './support/faulty-card.ts';
import {
  differingRanges,
  flash,
  makeSampleImage,
  mebibyte,
  readByDd,
  stateOf,
  writeByDd,
} from './support/sample-image.ts';

const scratch = mkdtempSync(join(tmpdir(), 'dlimage-flash-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const imageBytes = 24 * mebibyte;
const cardBytes = 64 * mebibyte;
const image = makeSampleImage(join(scratch, 'image'), imageBytes, [
  { offsetBytes: 0, lengthBytes: 2 * mebibyte },
  { offsetBytes: 8 * mebibyte, lengthBytes: 3 * mebibyte },
  { offsetBytes: 24 * mebibyte - 65_536, lengthBytes: 65_536 },
]);
/** A place in the middle of a range, and of a chunk. */
const place = 9 * mebibyte;
const block = Buffer.alloc(4096, 0x5a);

async function withCard<T extends Card>(making: Promise<T>, use: (card: T) => Promise<void>): Promise<void> {
  const card = await making;
  try {
    await use(card);
  } finally {
    await card.remove();
  }
}

/** The message that work ends in. */
async function failureOf(work: Promise<unknown>): Promise<HostError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HostError)) throw new Error('not a HostError', { cause: error });
  return error;
}

const writeBlock = (device: string, at: number) => writeByDd(device, at, block, join(scratch, 'block'));

describe.skipIf(!canMakeCards())('a card that', () => {
  it('cannot be written at one place is told with the place, and stays unfinished', async () => {
    await withCard(makeFaultyCard(cardBytes), async ({ device, faults }) => {
      await flash(device, image);
      expect(await stateOf(device)).toBe('finished');
      expect(await differingRanges(device, image)).toEqual([]);
      faults.failWritesAt = place;
      expect([await writeBlock(device, place), await writeBlock(device, place + 4096)]).toEqual([
        false,
        true,
      ]);
      const { id, message } = await failureOf(flash(device, image));
      const offset = Number(/at byte (\d+): EIO$/.exec(message)?.[1]);
      expect({ id, isNear: offset <= place && place < offset + 2 * mebibyte }).toEqual({
        id: 'flash-write-failed',
        isNear: true,
      });
      expect(await stateOf(device)).toBe('unfinished');
    });
  });

  it('cannot be read at one place is told with the place, and stays unfinished', async () => {
    await withCard(makeFaultyCard(cardBytes, { failReadsAt: place }), async ({ device }) => {
      expect(await readByDd(device, place, 4096)).toBeNull();
      expect(await readByDd(device, place + 4096, 4096)).not.toBeNull();
      const error = (await failureOf(flash(device, image))) as CardMismatch;
      expect({ id: error.id, mismatches: error.mismatches }).toMatchObject({
        id: 'flash-mismatch',
        mismatches: [{ offsetBytes: 8 * mebibyte, found: 'unreadable' }],
      });
      expect(await stateOf(device)).toBe('unfinished');
    });
  });

  it('is pulled out is told to be gone, and goes on where it stopped', async () => {
    await withCard(makeFaultyCard(cardBytes), async ({ device, faults, memory }) => {
      const pullOut = ({ phase, doneBytes }: { phase: string; doneBytes: number }): void => {
        if (phase === 'write' && doneBytes > 0) faults.isPulledOut = true;
      };
      const { id } = await failureOf(flash(device, image, {}, { onProgress: pullOut }));
      expect(id).toBe('flash-gone');
      expect(await readByDd(device, 0, 4096)).toBeNull();
      delete faults.isPulledOut;
      expect(await stateOf(device)).toBe('unfinished');
      image.bytes.copy(memory, 8 * mebibyte, 8 * mebibyte, 11 * mebibyte);
      const { writtenBytes } = await flash(device, image, { mode: 'resume' });
      // The start, the chunks of the probe, and the tail; the rest is there.
      expect(writtenBytes).toBeLessThanOrEqual(5 * mebibyte);
      expect(await stateOf(device)).toBe('finished');
      expect(await differingRanges(device, image)).toEqual([]);
    });
  });

  it('loses writes is found by reading back; what it loses once is mended', async () => {
    await withCard(makeFaultyCard(cardBytes), async ({ device, faults }) => {
      const part = { from: place, to: place + 4096 };
      faults.dropWrites = { ...part };
      expect(await writeBlock(device, place)).toBe(true);
      expect(await readByDd(device, place, 4096)).toEqual(Buffer.alloc(4096));
      const error = (await failureOf(flash(device, image))) as CardMismatch;
      expect({ id: error.id, mismatches: error.mismatches, details: error.details }).toMatchObject({
        id: 'flash-mismatch',
        mismatches: [{ expected: 'data', found: 'zeros' }],
        details: [expect.stringContaining('data expected, found zeros')],
      });
      expect(await stateOf(device)).toBe('unfinished');
      faults.dropWrites = { ...part, times: 1 };
      expect(await flash(device, image)).toMatchObject({ mendedChunks: 1 });
      expect(faults.dropWrites.times).toBe(0);
      expect(await stateOf(device)).toBe('finished');
      expect(await differingRanges(device, image)).toEqual([]);
    });
  });

  it('loses the partition table, written last, does not look finished', async () => {
    await withCard(makeFaultyCard(cardBytes), async ({ device, faults }) => {
      const onProgress = ({ phase }: { phase: string }): void => {
        if (phase === 'finish') faults.dropWrites = { from: 0, to: 512 };
      };
      expect((await failureOf(flash(device, image, {}, { onProgress }))).id).toBe('flash-mismatch');
      expect(await stateOf(device)).toBe('unfinished');
    });
  });

  const fakes: Readonly<Record<string, CardFaults>> = {
    'goes round after 16 MiB': { wrapsAt: 16 * mebibyte },
    'loses what lies beyond 16 MiB': { keeps: 16 * mebibyte },
    // Not a power of two: only what the image writes shows that the last block was not kept.
    'goes round after 40 MiB': { wrapsAt: 40 * mebibyte },
  };
  for (const [what, faults] of Object.entries(fakes)) {
    it(`${what} is told to be a fake`, async () => {
      await withCard(makeFaultyCard(cardBytes, faults), async ({ device }) => {
        const beyond = (faults.wrapsAt ?? 16 * mebibyte) + 8 * mebibyte;
        expect(await writeBlock(device, beyond)).toBe(true);
        expect(await writeByDd(device, 8 * mebibyte, Buffer.alloc(4096), join(scratch, 'zeros'))).toBe(true);
        expect(await readByDd(device, beyond, 4096)).toEqual(Buffer.alloc(4096));
        expect((await failureOf(flash(device, image))).id).toBe('flash-fake-capacity');
        expect(await stateOf(device)).not.toBe('finished');
      });
    });
  }

  it('flips a bit is told with the byte', async () => {
    await withCard(makeFaultyCard(cardBytes, { flipAt: place }), async ({ device }) => {
      await writeBlock(device, place);
      expect((await readByDd(device, place, 4096))?.[0]).toBe(0x5b);
      const error = (await failureOf(flash(device, image))) as CardMismatch;
      const mismatch = {
        offsetBytes: place,
        lengthBytes: 1,
        expected: 'data',
        found: 'bits',
        flippedBits: 1,
      };
      expect({ id: error.id, mismatches: error.mismatches }).toEqual({
        id: 'flash-mismatch',
        mismatches: [mismatch],
      });
      expect(await stateOf(device)).toBe('unfinished');
    });
  });

  it('is slow takes its time', async () => {
    await withCard(makeFaultyCard(cardBytes, { delayMilliseconds: 2 }), async ({ device }) => {
      await flash(device, image, {}, { silenceSeconds: 10 });
      expect(await differingRanges(device, image)).toEqual([]);
    });
  });

  it('hangs is given up, and the program goes on', async () => {
    await withCard(makeFaultyCard(cardBytes), async ({ device, faults }) => {
      const onProgress = ({ phase }: { phase: string }): void => {
        if (phase === 'write') faults.hangsFrom = 0;
      };
      const { id } = await failureOf(flash(device, image, {}, { onProgress, silenceSeconds: 2 }));
      expect(id).toBe('flash-hung');
      // Another program hangs, too, and cannot be ended either.
      let hasRead = false;
      const reading = readByDd(device, 0, 4096).then(() => (hasRead = true));
      await sleep(1000);
      expect(hasRead).toBe(false);
      delete faults.hangsFrom;
      await reading;
      // Let go, the writer that was left behind ends, and finishes nothing.
      await expect.poll(() => isFree(device), { timeout: 20_000 }).toBe(true);
      expect(await stateOf(device)).toBe('unfinished');
    });
  });

  it('is verified only is not written', async () => {
    await withCard(makeFaultyCard(cardBytes), async ({ device, memory }) => {
      image.bytes.copy(memory);
      const before = Buffer.from(memory);
      expect(await flash(device, image, { mode: 'verify' })).toMatchObject({ writtenBytes: 0 });
      memory[place]! ^= 0xff;
      before[place]! ^= 0xff;
      const error = (await failureOf(flash(device, image, { mode: 'verify' }))) as CardMismatch;
      expect({ id: error.id, mismatches: error.mismatches }).toMatchObject({
        id: 'flash-mismatch',
        mismatches: [{ offsetBytes: place, lengthBytes: 1, found: 'bits', flippedBits: 8 }],
      });
      expect(memory.equals(before)).toBe(true);
    });
  });
});

describe.skipIf(!canMakeCards())('a disk that', () => {
  it('is too small by one sector is refused before anything is written', async () => {
    await withCard(makeLoopCard(imageBytes - 512), async ({ device }) => {
      await writeBlock(device, 0);
      const copied = await runProgram(
        'dd',
        `if=${image.path}`,
        `of=${device}`,
        'bs=1M',
        'skip=23',
        'seek=23',
      );
      expect(copied.stderr).toContain('No space left on device');
      expect((await failureOf(flash(device, image))).id).toBe('flash-too-small');
      expect(await readByDd(device, 0, 4096)).toEqual(block);
    });
  });

  it('is read-only is refused', async () => {
    await withCard(makeLoopCard(cardBytes, '--read-only'), async ({ device }) => {
      expect(await writeBlock(device, 0)).toBe(false);
      expect((await failureOf(flash(device, image))).id).toBe('flash-read-only');
    });
  });

  it('has sectors of 4096 bytes takes only an image that counts in them', async () => {
    await withCard(makeLoopCard(cardBytes, '--sector-size', '4096'), async ({ device }) => {
      const small = await runProgram(
        'dd',
        `if=${image.path}`,
        `of=${device}`,
        'bs=512',
        'count=1',
        'oflag=direct',
      );
      expect(small.stderr).toContain('Invalid argument');
      expect((await failureOf(flash(device, image))).id).toBe('flash-sector-size');
      await flash(device, image, { sectorBytes: 4096 });
      expect(await differingRanges(device, image)).toEqual([]);
    });
  });

  it('is in use, is another one, or is not there is refused', async () => {
    await withCard(makeLoopCard(cardBytes), async ({ device }) => {
      await writeBlock(device, 0);
      const holder = await open(device, constants.O_RDONLY | constants.O_EXCL);
      expect((await runProgram('mke2fs', '-F', device)).stderr).toContain('in use');
      expect((await failureOf(flash(device, image))).id).toBe('flash-busy');
      await holder.close();
      for (const other of [{ sizeBytes: cardBytes + 512 }, { firstMebibyteSha256: '0'.repeat(64) }])
        expect((await failureOf(flash(device, image, other))).id).toBe('flash-changed');
      expect(await readByDd(device, 0, 4096)).toEqual(block);
      expect((await failureOf(flash(device, image, { device: '/dev/none' }))).id).toBe('flash-gone');
    });
  });
});

async function isFree(device: string): Promise<boolean> {
  return await open(device, constants.O_RDONLY | constants.O_EXCL).then(
    async (handle) => {
      await handle.close();
      return true;
    },
    () => false,
  );
}

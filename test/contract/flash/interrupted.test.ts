import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { randomnessOf } from '../../support/randomness.ts';
import { canMakeCards, makeLoopCard } from './support/cards.ts';
import { differingRanges, flash, makeSampleImage, mebibyte, stateOf } from './support/sample-image.ts';

const scratch = mkdtempSync(join(tmpdir(), 'dlimage-flash-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const image = makeSampleImage(join(scratch, 'image'), 60 * mebibyte, [
  { offsetBytes: 0, lengthBytes: 30 * mebibyte },
  { offsetBytes: 34 * mebibyte, lengthBytes: 24 * mebibyte },
]);
const seed = Number(process.env['DLIMAGE_SEED'] ?? Date.now() % 1_000_000);
const moments = 20;
/** About what a whole run takes after its start, so that the moments fall into all of its phases. */
const rangeMilliseconds = 900;

describe.skipIf(!canMakeCards())(`a writer that is ended (DLIMAGE_SEED=${seed})`, () => {
  it('leaves no partition table before the end, and its work is gone on with', async () => {
    const randomness = randomnessOf(seed);
    const card = await makeLoopCard(64 * mebibyte);
    const ends: string[] = [];
    try {
      for (let moment = 0; moment < moments; moment += 1) {
        // Also over a card that was finished: its table goes first.
        if (moment % 5 === 4) await finish(card.device);
        const how = randomness.pick(['SIGKILL', 'SIGTERM', 'SIGINT', 'abort'] as const);
        const phase = await end(card.device, how, randomness.between(0, rangeMilliseconds));
        const state = await stateOf(card.device);
        ends.push(`${how} in ${phase}: ${state}`);
        expect(state).toBe(phase === 'done' ? 'finished' : 'unfinished');
        if (phase === 'done') expect(await differingRanges(card.device, image)).toEqual([]);
      }
      await finish(card.device);
    } finally {
      await card.remove();
      console.log(ends.join('\n'));
    }
    expect(ends.filter((text) => text.endsWith(': unfinished')).length).toBeGreaterThan(3);
  });
});

async function finish(device: string): Promise<void> {
  await flash(device, image, { mode: 'resume' });
  expect(await stateOf(device)).toBe('finished');
  expect(await differingRanges(device, image)).toEqual([]);
}

/** Begins to write, ends the writer a while after its work has begun, and returns the phase it was in. */
async function end(
  device: string,
  how: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'abort',
  milliseconds: number,
): Promise<string> {
  const controller = new AbortController();
  let phase = '';
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const writing = flash(
    device,
    image,
    {},
    {
      signal: controller.signal,
      onProgress(progress) {
        phase = progress.phase;
        // From here on both ends are cleared.
        if (phase === 'probe') begin();
      },
    },
  ).then(
    () => (phase = 'done'),
    () => phase,
  );
  await begun;
  await sleep(milliseconds);
  if (how === 'abort') controller.abort();
  else for (const writer of writers()) process.kill(writer, how);
  return await writing;
}

/** Writers that this process has started. */
function writers(): number[] {
  const tasks = `/proc/${process.pid}/task`;
  const children = readdirSync(tasks).flatMap((task) =>
    readFileSync(join(tasks, task, 'children'), 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return children.filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('writer.js');
    } catch {
      // It has just ended.
      return false;
    }
  });
}

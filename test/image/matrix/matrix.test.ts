import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackBase, type BaseTree } from '../../contract/support/base-tree.ts';
import { missingPrograms } from '../support/programs.ts';
import { makeScratch } from '../support/test-image.ts';
import { openCommandLine } from './command-line.ts';
import { plainImage, planImage, type ImagePlan } from './image-plan.ts';
import { makeImage } from './make-image.ts';
import { minimise } from './minimise.ts';
import { readSeeds } from './read-seed.ts';
import { definitionFlags, tryImage, type Bench, type Trial } from './try-image.ts';

const count = Number(process.env['DLIMAGE_MATRIX_COUNT'] ?? 50);
const seed = Number(process.env['DLIMAGE_MATRIX_SEED'] ?? 1);
/** So many images are asked of cloud-init at once: their files lie there until then. */
const batchSize = 50;
const benchCount = Number(process.env['DLIMAGE_MATRIX_JOBS'] ?? availableParallelism());
/** Of so many wrong images it is found out what matters. */
const minimised = 2;

const programs = [
  ...['mke2fs', 'e2fsck', 'debugfs', 'mkfs.vfat', 'fsck.vfat', 'mcopy', 'sfdisk', 'sgdisk', 'qemu-img', 'dd'],
  ...['gzip', 'xz', 'zstd', 'bzip2', 'lz4', '7zz', 'tar', 'bsdtar'],
];

describe.skipIf(missingPrograms(programs).length > 0)('the matrix of images', () => {
  const scratch = makeScratch();
  const benches: Bench[] = [];
  let base: BaseTree;

  beforeAll(async () => {
    base = await unpackBase();
    const first = await openBench(join(scratch.path, 'bench-0'));
    benches.push(first);
    for (let index = 1; index < benchCount; index += 1)
      benches.push(copyBench(first, join(scratch.path, `bench-${index}`)));
  });
  afterAll(() => {
    for (const { commandLine } of benches) commandLine.close();
    scratch.cleanUp();
  });

  /** Tries images, two at a time, and asks cloud-init about those that nodes were made of. */
  const tryBatch = async (plans: readonly ImagePlan[]): Promise<Trial[]> => {
    const trees = join(scratch.path, 'trees');
    mkdirSync(trees);
    writeFileSync(join(trees, 'jobs'), '');
    const left = [...plans];
    const trials: Trial[] = [];
    await Promise.all(
      benches.map(async (bench) => {
        for (let plan = left.shift(); plan !== undefined; plan = left.shift()) {
          const current = plan;
          const trial = await tryImage(bench, plan, trees).catch((error: unknown) => ({
            plan: current,
            outcome: 'no trial',
            wrong: [String(error)],
            said: '',
          }));
          trials.push(trial);
        }
      }),
    );
    const readings = await readSeeds(base, trees);
    const read = trials.map((trial) => ({
      ...trial,
      wrong: [...trial.wrong, ...(readings.get(trial.plan.seed) ?? [])],
    }));
    // Told at once: all of them take long.
    for (const trial of read.filter(({ wrong }) => wrong.length > 0))
      process.stderr.write(`${describeTrial(trial)}\n`);
    process.stderr.write(`${read.length} images more\n`);
    return read;
  };

  it(`is built from, cleanly, or refused by name (${count} from seed ${seed})`, async () => {
    const trials: Trial[] = [];
    for (let first = 0; first < count; first += batchSize) {
      const plans = Array.from({ length: Math.min(batchSize, count - first) }, (_, index) =>
        planImage(seed + first + index),
      );
      trials.push(...(await tryBatch(plans)));
    }
    const wrong = trials.filter((trial) => trial.wrong.length > 0);
    const again = async (plan: ImagePlan): Promise<Trial> =>
      (await tryBatch([plan]))[0] ?? expect.fail('no trial');
    const told: string[] = [];
    for (const [index, trial] of wrong.entries())
      told.push(describeTrial(index < minimised ? await minimise(trial, again) : trial));
    process.stdout.write(
      `matrix of images: ${count} from seed ${seed}: ${countOutcomes(trials)}; ${wrong.length} wrong\n`,
    );
    expect(told).toEqual([]);
    // Were nearly all of them refused, little would be shown.
    expect(trials.filter(({ outcome }) => outcome === 'built').length).toBeGreaterThan(count / 3);
  }, 7_200_000);
});

/** A project with identities, so that every trial makes the same node. */
async function openBench(directory: string): Promise<Bench> {
  const first = join(directory, 'first');
  mkdirSync(first, { recursive: true });
  writeFileSync(join(directory, 'cluster.yaml'), 'storage: { type: none }\n');
  renameSync(makeImage(plainImage, first).path, join(directory, 'image'));
  const commandLine = openCommandLine(directory);
  const run = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await commandLine.run(directory, args);
    expect(exitCode, stderr).toBe(0);
  };
  await run('build', ...definitionFlags, '--cache', join(first, 'cache'), '--out', join(first, 'out'));
  await run('render', ...definitionFlags, '--out', join(directory, 'rendered'));
  rmSync(first, { recursive: true });
  return { directory, commandLine, rendered: join(directory, 'rendered/m-1') };
}

/** The same project once more, with the same identities. */
function copyBench({ directory, rendered }: Bench, copy: string): Bench {
  cpSync(directory, copy, { recursive: true, verbatimSymlinks: true });
  return { directory: copy, commandLine: openCommandLine(copy), rendered };
}

function countOutcomes(trials: readonly Trial[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of trials) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  return sorted.map(([outcome, number]) => `${number} ${outcome}`).join(', ');
}

function describeTrial({ plan, outcome, wrong, said }: Trial): string {
  return `seed ${plan.seed}: ${outcome}: ${wrong.join('\n')}\n${said}\n${JSON.stringify(plan)}`;
}

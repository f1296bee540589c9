import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchBase } from '../formats/bench-base.mjs';
import { measure } from '../formats/measured-run.mjs';
import { median, printTable } from '../measure.mjs';

const rounds = 7;
const mebibyte = 1024 * 1024;

/** Writing one raw image next to `cp --sparse=always`, and hashing it: what limits each. */
export async function run() {
  const directory = mkdtempSync(join(process.env.DLIMAGE_BENCH_DIRECTORY ?? tmpdir(), 'dlimage-bench-'));
  try {
    const base = await benchBase(directory);
    const times = await measureInTurn(directory, base);
    const copy = median(times.copy);
    printTable(
      [`median of ${rounds}, in turn`, 's', 'ratio to cp'],
      Object.entries({
        copy: 'cp --sparse=always',
        write: 'dlimage, writing',
        both: 'dlimage, writing and SHA-256 beside it',
        hash: 'dlimage, SHA-256 alone',
        openssl: 'openssl dgst -sha256',
        conventional: 'cp, then openssl dgst -sha256',
      }).map(([way, text]) => [text, median(times[way]).toFixed(2), (median(times[way]) / copy).toFixed(2)]),
    );
    console.log(`\nThe hash does ${(base.sizeBytes / mebibyte / median(times.hash)).toFixed(0)} MiB/s.`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureInTurn(directory, base) {
  const { createAssembler } = await import('../../../dist/artifact/host/assembler.js');
  const { writeAndHash } = await import('../../../dist/artifact/host/write-raw.js');
  const { dataRangesOf } = await import('../../../dist/artifact/host/data-ranges.js');
  const { planImage } = await import('../../../dist/artifact/image-pieces.js');
  const contents = { base: { ...base, sha256: 'bench' }, shared: [], own: [] };
  const plan = planImage(contents, await dataRangesOf(contents.base, join(directory, 'ranges')));
  const pieces = plan.pieces(0, plan.sizeBytes);
  const assembler = createAssembler(2);
  const path = join(directory, 'image');
  const seconds = async (work) => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  const command = async (program, ...args) => (await measure(directory, program, args)).wall;
  const times = { copy: [], write: [], both: [], hash: [], openssl: [], conventional: [] };
  for (let round = 0; round < rounds; round += 1) {
    const copy = await command('cp', '--sparse=always', base.path, path);
    const openssl = await command('openssl', 'dgst', '-sha256', path);
    times.copy.push(copy);
    times.openssl.push(openssl);
    times.conventional.push(copy + openssl);
    rmSync(path);
    times.write.push(await seconds(() => assembler.run({ pieces, path, holes: true, digest: false })));
    rmSync(path);
    times.both.push(await seconds(() => writeAndHash(assembler, pieces, path)));
    rmSync(path);
    times.hash.push(await seconds(() => assembler.run({ pieces, path: null, holes: true, digest: true })));
  }
  await assembler.close();
  return times;
}

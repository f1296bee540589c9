import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchBase } from '../formats/bench-base.mjs';
import { parseOptions, mostNodes } from '../formats/bench-options.mjs';
import { cases, isFramed, ways } from '../formats/cases.mjs';
import { prepareCluster, runConventional, runCopy, runLoopMount, runOurs } from '../formats/image-runs.mjs';
import { printFormats } from '../formats/print-formats.mjs';

/**
 * What N images cost in every format, next to the conventional way, on one base.
 *
 *     npm run bench -- formats [--format F]... [--way W]... [--nodes 1,2,4,8] [--keep DIRECTORY]
 *
 * `--keep` leaves base, cache and results in a directory: a later run with it adds to the same tables.
 */
export async function run(args) {
  const options = parseOptions(args);
  const parent = process.env.DLIMAGE_BENCH_DIRECTORY ?? tmpdir();
  const directory = options.keep ?? mkdtempSync(join(parent, 'dlimage-bench-'));
  mkdirSync(directory, { recursive: true });
  try {
    const base = await benchBase(directory);
    const bench = await prepareCluster(directory, base, mostNodes);
    const results = join(directory, 'results.jsonl');
    if (!options.ways.includes('first')) await compressBase(bench, options.formats);
    for (const job of jobsOf(options)) {
      const result = { ...job, ...(await measureJob(bench, job)) };
      process.stderr.write(`${job.format}, ${job.name}, ${job.count}: ${result.wall.toFixed(1)} s\n`);
      appendFileSync(results, `${JSON.stringify(result)}\n`);
    }
    const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n') : [];
    printFormats(
      base,
      lines.map((line) => JSON.parse(line)),
    );
  } finally {
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** What is not measured as the first time must not be one. */
async function compressBase(bench, formats) {
  for (const format of formats.filter(isFramed)) {
    await runOurs(bench, cases[format].ours, 1, { isFirst: false, isPlain: true });
  }
}

/** dlimage and what it is measured against take turns, so that whatever else the machine does falls on both. */
function* jobsOf({ formats, ways: wanted, counts }) {
  for (const format of formats) {
    if (isFramed(format) && wanted.includes('first'))
      yield { format, way: 'first', name: ways.first, count: 1 };
    for (const count of counts) {
      for (const way of wanted) yield* jobsOfWay(format, way, count);
    }
  }
}

function* jobsOfWay(format, way, count) {
  if (way === 'ours' || (way === 'plain' && (isFramed(format) || format === 'qcow2'))) {
    yield { format, way, name: ways[way], count };
  }
  if (way === 'mount' && format === 'img' && process.getuid() === 0) {
    yield { format, way, name: ways.mount, count };
  }
  if ((way === 'copied' || way === 'synced') && isFramed(format)) {
    yield { format, way, name: ways[way], count };
  }
  const { others, hashed = [] } = cases[format];
  const measured = { conventional: Object.keys(others), hashed }[way] ?? [];
  for (const other of measured) {
    yield { format, way, name: way === 'hashed' ? `${other} + sha256` : other, other, count };
  }
}

function measureJob(bench, { format, way, other, count }) {
  if (way === 'mount') return runLoopMount(bench, count);
  if (way === 'conventional' || way === 'hashed') {
    return runConventional(bench, cases[format].others[other], count, way === 'hashed');
  }
  if (way === 'copied' || way === 'synced') {
    return runCopy(bench, cases[format].ours, count, way === 'synced');
  }
  return runOurs(bench, cases[format].ours, count, { isFirst: way === 'first', isPlain: way === 'plain' });
}

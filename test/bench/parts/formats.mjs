import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchBase } from '../formats/bench-base.mjs';
import { compressions, conventionalScript, loopMountScript } from '../formats/conventional.mjs';
import { measure } from '../formats/measured-run.mjs';
import { printTable } from '../measure.mjs';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const counts = [1, 2, 4, 8];
const mebibyte = 1024 * 1024;
/** The slow ones of the conventional way are measured for few nodes only: each further one costs the same. */
const mostNodes = { 'gz -6': 2, 'xz -6': 1 };
/** What is worth a first time of its own: the others compress nothing. */
const compressed = ['zst -9', 'gz -6', 'xz -6'];

/** What N images cost in every format, next to the conventional way, all in one run on one base. */
export async function run() {
  const directory = mkdtempSync(join(process.env.DLIMAGE_BENCH_DIRECTORY ?? tmpdir(), 'dlimage-bench-'));
  try {
    const bench = await prepare(directory);
    const { base } = bench;
    console.log(
      `Base: ${(base.sizeBytes / 1e6).toFixed(0)} MB, ${(base.allocatedBytes / 1e6).toFixed(0)} MB of them allocated.\n`,
    );
    const results = await measureAll(bench);
    printRuns(results);
    printMarginal(results);
    printSizes(bench.sizes);
    await printWriting(bench);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function prepare(directory) {
  const base = await benchBase();
  const definition = join(directory, 'cluster.yaml');
  writeFileSync(
    definition,
    ['name: n', 'profile: pi3', `base: '${base.path}'`, `count: ${Math.max(...counts)}`, ''].join('\n'),
  );
  const cli = (...args) => measure(directory, 'node', [main, '--quiet', ...args], { cwd: directory });
  await cli('render', definition, '--out', join(directory, 'rendered'));
  const nodes = counts.map((_, index) => index);
  const rendered = Array.from({ length: Math.max(...counts) }, (_, index) =>
    join(directory, 'rendered', `n-${index + 1}`),
  );
  return { directory, base, definition, cli, rendered, nodes, sizes: new Map() };
}

const ours = {
  img: ['img'],
  'zst -9': ['img.zst'],
  'gz -6': ['img.gz'],
  'xz -6': ['img.xz'],
  qcow2: ['qcow2'],
  'qcow2 --backing': ['qcow2', '--backing'],
  dlpatch: ['dlpatch'],
};

async function measureAll(bench) {
  const results = [];
  const note = async (way, format, count, running) => {
    const result = { way, format, count, ...(await running) };
    process.stderr.write(`${way}, ${format}, ${count}: ${result.wall.toFixed(1)} s\n`);
    results.push(result);
  };
  for (const format of compressed) {
    await note('dlimage, first time', format, 1, runOurs(bench, format, 1, ['--no-image-checksum']));
  }
  for (const count of counts) {
    for (const [format, compression] of Object.entries(compressions)) {
      if (count > (mostNodes[format] ?? Infinity)) continue;
      await note('conventional', format, count, runConventional(bench, compression, count, false));
      if (count === 1 && format === 'zst -9') {
        await note('conventional + sha256', format, count, runConventional(bench, compression, count, true));
      }
    }
    if (process.getuid() === 0) await note('loop mount', 'img', count, runLoopMount(bench, count));
    for (const format of Object.keys(ours)) {
      const isWhole = format !== 'dlpatch';
      if (isWhole) await note('dlimage', format, count, runOurs(bench, format, count, []));
      if (format === 'img') continue;
      await note(
        'dlimage, no image checksum',
        format,
        count,
        runOurs(bench, format, count, ['--no-image-checksum']),
      );
    }
  }
  return results;
}

async function runOurs({ directory, cli, definition, sizes }, format, count, flags) {
  const out = join(directory, 'out');
  const [name, ...more] = ours[format];
  const nodes = Array.from({ length: count }, (_, index) => ['--node', `n-${index + 1}`]).flat();
  const cache = ['--cache', join(directory, 'cache')];
  const result = await cli(
    'build',
    definition,
    ...nodes,
    ...cache,
    '--out',
    out,
    '--format',
    name,
    ...more,
    ...flags,
  );
  sizes.set(`dlimage ${format}`, statSync(join(out, `n-1.${name}`)).size);
  rmSync(out, { recursive: true });
  return result;
}

async function runConventional({ directory, base, rendered, sizes }, compression, count, isHashed) {
  const out = join(directory, 'conventional');
  const script = join(directory, 'conventional.sh');
  const nodes = rendered.slice(0, count);
  conventionalScript(script, { base: base.path, layout: base.layout, nodes, out, compression, isHashed });
  const result = await measure(directory, 'sh', [script]);
  const [file] = readdirSync(out).filter((name) => !name.endsWith('.sha256'));
  if (compression === null) requireHostname(join(out, file), base);
  sizes.set(`conventional ${compression?.[1] ?? 'img'}`, statSync(join(out, file)).size);
  rmSync(out, { recursive: true });
  return result;
}

/** A comparison with images that lack the files would flatter nobody. */
function requireHostname(image, base) {
  const args = ['-R', 'cat /etc/hostname', `${image}?offset=${base.layout.root}`];
  const { stdout } = spawnSync('debugfs', args, {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  if (!stdout.toString().startsWith('n-')) throw new Error(`${image} lacks the files of its node`);
}

async function runLoopMount({ directory, base, rendered }, count) {
  const out = join(directory, 'mounted');
  const script = join(directory, 'mounted.sh');
  const mountPoint = join(directory, 'mount');
  const nodes = rendered.slice(0, count);
  loopMountScript(script, { base: base.path, layout: base.layout, nodes, out, mountPoint });
  const result = await measure(directory, 'sh', [script]);
  rmSync(out, { recursive: true });
  return result;
}

function printRuns(results) {
  printTable(
    ['format', 'way', 'N', 'wall s', 'CPU s', 'peak MB', 'written MB'],
    results
      .toSorted((one, other) => `${one.format} ${one.way}`.localeCompare(`${other.format} ${other.way}`))
      .map(({ format, way, count, wall, cpu, peakBytes, writtenBytes }) => [
        format,
        way,
        count,
        wall.toFixed(2),
        cpu.toFixed(2),
        (peakBytes / 1e6).toFixed(0),
        (writtenBytes / 1e6).toFixed(0),
      ]),
  );
}

/** Cost of a further node: by the difference between the largest and the smallest build. */
function printMarginal(results) {
  const marginal = (way, format) => {
    const own = results.filter((result) => result.way === way && result.format === format);
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined) return null;
    if (first === last) return { wall: first.wall, cpu: first.cpu };
    const more = last.count - first.count;
    return { wall: (last.wall - first.wall) / more, cpu: (last.cpu - first.cpu) / more };
  };
  const rows = [
    ['zst -9', 'zst -9', 0.05, 0.15],
    ['zst -9', 'zst -3', 0.05, 0.15],
    ['gz -6', 'gz -6', 0.05, 0.15],
    ['xz -6', 'xz -6', 0.02, 0.02],
    ['dlpatch', 'img', 0.3, 0.3],
    ['qcow2', 'img', null, null],
    ['qcow2 --backing', 'img', null, null],
  ].flatMap(([format, other, cpuGoal, wallGoal]) =>
    [
      ['dlimage, no image checksum', 'conventional'],
      ['dlimage', 'conventional + sha256'],
      ['dlimage', 'conventional'],
    ].flatMap(([way, otherWay]) => {
      const [mine, theirs] = [marginal(way, format), marginal(otherWay, other)];
      if (mine === null || theirs === null) return [];
      return [
        [
          `${format}: ${way}`,
          `${other}: ${otherWay}`,
          `${mine.cpu.toFixed(2)} / ${theirs.cpu.toFixed(2)} s`,
          ratio(mine.cpu / theirs.cpu, cpuGoal),
          `${mine.wall.toFixed(2)} / ${theirs.wall.toFixed(2)} s`,
          ratio(mine.wall / theirs.wall, wallGoal),
        ],
      ];
    }),
  );
  console.log('\nEach further node (N = 8 less N = 1, divided by 7):\n');
  printTable(['dlimage', 'against', 'CPU', 'ratio', 'wall', 'ratio'], rows);
}

function ratio(value, goal) {
  const shown = `${(value * 100).toFixed(1)} %`;
  return goal === null ? shown : `${shown} (goal ${goal * 100} %)`;
}

function printSizes(sizes) {
  const pairs = [
    ['dlimage zst -9', `conventional ${compressions['zst -9'][1]}`],
    ['dlimage gz -6', `conventional ${compressions['gz -6'][1]}`],
    ['dlimage xz -6', `conventional ${compressions['xz -6'][1]}`],
  ];
  console.log('\nSizes:\n');
  printTable(
    ['framed', 'bytes', 'one stream', 'bytes', 'more'],
    pairs.map(([mine, theirs]) => [
      mine,
      sizes.get(mine),
      theirs.replace('conventional ', ''),
      sizes.get(theirs),
      `${((sizes.get(mine) / sizes.get(theirs) - 1) * 100).toFixed(2)} %`,
    ]),
  );
  console.log(`\nA .dlpatch has ${(sizes.get('dlimage dlpatch') / 1024).toFixed(0)} KiB.`);
}

/** The raw image's own writing next to `cp`, and a packed image's next to copying such a file. */
async function printWriting({ directory, base }) {
  const { createAssembler } = await import('../../../dist/host/formats/assembler.js');
  const { dataRangesOf } = await import('../../../dist/host/formats/data-ranges.js');
  const { planImage } = await import('../../../dist/formats/image-pieces.js');
  const contents = { base: { ...base, sha256: 'bench' }, shared: [], own: [] };
  const plan = planImage(contents, await dataRangesOf(contents.base, join(directory, 'ranges')));
  const pieces = plan.pieces(0, plan.sizeBytes);
  const assembler = createAssembler(1);
  const target = join(directory, 'written');
  mkdirSync(target);
  const times = { copy: [], write: [], 'write and hash': [] };
  for (let round = 0; round < 5; round += 1) {
    const path = join(target, 'image');
    times.copy.push((await measure(directory, 'cp', ['--sparse=always', base.path, path])).wall);
    rmSync(path);
    for (const digest of [false, true]) {
      const start = performance.now();
      await assembler.run({ pieces, path, holes: true, digest });
      times[digest ? 'write and hash' : 'write'].push((performance.now() - start) / 1000);
      rmSync(path);
    }
  }
  await assembler.close();
  const hash = (await measure(directory, 'openssl', ['dgst', '-sha256', base.path])).wall;
  const middle = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
  const copy = middle(times.copy);
  console.log('\nWriting one raw image (median of 5, in turn):\n');
  printTable(
    ['', 's', 'ratio to cp'],
    [
      ['cp --sparse=always', copy.toFixed(2), '1.00'],
      ['dlimage, writing alone', middle(times.write).toFixed(2), (middle(times.write) / copy).toFixed(2)],
      [
        'dlimage, with its SHA-256',
        middle(times['write and hash']).toFixed(2),
        (middle(times['write and hash']) / copy).toFixed(2),
      ],
      ['openssl dgst -sha256 alone', hash.toFixed(2), (hash / copy).toFixed(2)],
      ['cp and openssl', (copy + hash).toFixed(2), ((copy + hash) / copy).toFixed(2)],
    ],
  );
  console.log(`\nThe hash reads ${(base.sizeBytes / mebibyte / hash).toFixed(0)} MiB/s.`);
}

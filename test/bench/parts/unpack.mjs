import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchBase } from '../formats/bench-base.mjs';
import { measure } from '../formats/measured-run.mjs';
import { median, printTable } from '../measure.mjs';

const megabyte = 1e6;
const unpacker = new URL('../../../dist/image/packing/host/unpack-container.js', import.meta.url).href;
const unpack = `const [, path, target] = process.argv; (await import('${unpacker}')).unpackContainer(path, target)`;

/** How each container is made of `disk.img`, and what its own program does with it. */
const containers = [
  ['gz', 'gzip -1c disk.img > FILE', 'gzip -dc FILE > OUT'],
  ['xz', 'xz -1 -T0 -c disk.img > FILE', 'xz -dc -T0 FILE > OUT'],
  ['zst', 'zstd -3 -T0 -qc disk.img > FILE', 'zstd -dcq FILE > OUT'],
  ['bz2', 'bzip2 -1c disk.img > FILE', 'bzip2 -dc FILE > OUT'],
  ['zip', '7zz a -tzip -mx1 -bso0 FILE disk.img', '7zz e -so FILE > OUT'],
  ['7z', '7zz a -t7z -mx1 -bso0 FILE disk.img', '7zz e -so FILE > OUT'],
  ['tar', 'tar -Scf FILE disk.img', 'tar -xOf FILE > OUT'],
  ['qcow2', 'qemu-img convert -f raw -O qcow2 disk.img FILE', 'qemu-img convert -O raw FILE OUT'],
  [
    'vmdk',
    'qemu-img convert -f raw -O vmdk -o subformat=streamOptimized disk.img FILE',
    'qemu-img convert -O raw FILE OUT',
  ],
  ['simg', 'img2simg disk.img FILE', 'simg2img FILE OUT'],
];

/**
 * How long, and with how much memory, an image is unpacked from each container, next to the program that the container
 * is of, in turn. Options: `--megabytes` of the base that are taken, `--rounds`.
 */
export async function run(options) {
  const { values } = parseArgs({
    args: options,
    options: { megabytes: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '3' } },
  });
  const directory = mkdtempSync(join(tmpdir(), 'dlimage-bench-'));
  const shell = (line) => execFileSync('sh', ['-ec', line], { cwd: directory });
  try {
    const { path } = await benchBase(directory);
    shell(`cp --sparse=always '${path}' disk.img && chmod 600 disk.img`);
    const sizeBytes = Math.min(
      Number(values.megabytes) * megabyte,
      statSync(join(directory, 'disk.img')).size,
    );
    truncateSync(join(directory, 'disk.img'), Math.floor(sizeBytes / 4096) * 4096);
    const rows = [];
    for (const [kind, pack, way] of containers) {
      const file = `disk.${kind}`;
      shell(pack.replace('FILE', file));
      rows.push(...(await compare(directory, file, way, Number(values.rounds))));
      rmSync(join(directory, file));
    }
    printTable(['container', 'way', 'wall s', 'CPU s', 'peak MB', 'written MB', 'wall, dlimage to it'], rows);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function compare(directory, file, way, rounds) {
  const commands = [
    [
      'dlimage',
      'node',
      ['--input-type=module', '-e', unpack, join(directory, file), join(directory, 'out.img')],
    ],
    [way, 'sh', ['-c', way.replace('FILE', file).replace('OUT', 'out.img')]],
  ];
  const results = commands.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, [, program, args]] of commands.entries()) {
      rmSync(join(directory, 'out.img'), { force: true });
      results[index].push(await measure(directory, program, args, { cwd: directory }));
    }
  }
  rmSync(join(directory, 'out.img'), { force: true });
  const middle = (index, key) => median(results[index].map((result) => result[key]));
  return commands.map(([name], index) => [
    `\`${file.replace('disk.', '')}\``,
    name === 'dlimage' ? name : `\`${name.replace(/ FILE.*/, '')}\``,
    middle(index, 'wall').toFixed(1),
    middle(index, 'cpu').toFixed(1),
    (middle(index, 'peakBytes') / megabyte).toFixed(0),
    (middle(index, 'writtenBytes') / megabyte).toFixed(0),
    index === 0 ? '' : (middle(0, 'wall') / middle(index, 'wall')).toFixed(2),
  ]);
}

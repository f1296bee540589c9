import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a base to measure on must hold at least. */
const wantedBytes = 1_250_000_000;
/** Where real files come from when a base holds less. */
const sources = ['/usr/lib', '/usr/share', '/usr/bin'];

/**
 * A base to measure on: `DLIMAGE_BENCH_BASE`, or a copy of the fullest Raspberry Pi base in the cache, into which
 * programs and libraries of this machine are written until it maps more than 1.2 GB.
 */
export async function benchBase(directory) {
  const path = process.env.DLIMAGE_BENCH_BASE ?? join(directory, 'base.img');
  if (!existsSync(path)) await makeBase(path);
  const { readBase } = await import('../../../dist/image/host/base.js');
  const { root, boot } = await readBase(path);
  return {
    path,
    sizeBytes: statSync(path).size,
    mappedBytes: await mappedBytes(path),
    layout: { root: root.offsetBytes, boot: boot?.offsetBytes ?? null },
  };
}

async function makeBase(path) {
  const cached = cachedBase();
  if (cached === undefined) {
    throw new Error(
      'no base to measure on: run `dlimage base build --profile pi3` first, or set DLIMAGE_BENCH_BASE',
    );
  }
  run('cp', ['--sparse=always', cached, path]);
  run('chmod', ['600', path]);
  const { readBase } = await import('../../../dist/image/host/base.js');
  const { root } = await readBase(path);
  const commands = ['mkdir /opt/bench', 'cd /opt/bench'];
  let missing = wantedBytes - (await mappedBytes(path));
  for (const file of realFiles()) {
    if (missing <= 0) break;
    commands.push(`write ${file.path} ${commands.length}`);
    missing -= file.sizeBytes;
  }
  const script = `${path}.debugfs`;
  writeFileSync(script, `${commands.join('\n')}\n`);
  run('debugfs', ['-w', '-f', script, `${path}?offset=${root.offsetBytes}`]);
  if ((await mappedBytes(path)) < wantedBytes) throw new Error(`${path} could not be filled`);
}

function realFiles() {
  const found = spawnSync(
    'find',
    [...sources, '-xdev', '-type', 'f', '-size', '+4k', '-size', '-50M', '-printf', '%s %p\\n'],
    {
      maxBuffer: 1e9,
    },
  );
  return found.stdout
    .toString()
    .split('\n')
    .map((line) => /^(\d+) ([\w./+-]+)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [{ path: match[2], sizeBytes: Number(match[1]) }]));
}

function cachedBase() {
  const parent = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dlimage/bases');
  if (!existsSync(parent)) return undefined;
  const bases = readdirSync(parent).flatMap((key) => {
    const record = join(parent, key, 'base.json');
    if (!existsSync(record)) return [];
    const { platform } = JSON.parse(readFileSync(record, 'utf8'));
    const path = join(parent, key, 'base.img');
    return platform === 'raspberry-pi' ? [{ path, blocks: statSync(path).blocks }] : [];
  });
  return bases.toSorted((one, other) => other.blocks - one.blocks)[0]?.path;
}

/** What its filesystems have in use, with everything outside of them. */
async function mappedBytes(path) {
  const { withImage } = await import('../../../dist/image/host/open-image.js');
  const { readLayoutOf } = await import('../../../dist/image/host/read-layout.js');
  const { mappedRanges } = await import('../../../dist/image/mapped-ranges.js');
  return withImage(path, async (image) => {
    const ranges = await mappedRanges(image, await readLayoutOf(image));
    return ranges.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  });
}

function run(program, args) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const result = spawnSync(program, args, { env, maxBuffer: 1e9 });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr.toString()}`);
}

import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conventionalScript, loopMountScript } from './conventional.mjs';
import { measure } from './measured-run.mjs';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** A cluster on the base, with what its nodes hold rendered for the ways that do it by hand. */
export async function prepareCluster(directory, base, nodes) {
  const definition = join(directory, 'cluster.yaml');
  writeFileSync(
    definition,
    ['name: n', 'profile: pi3', `base: '${base.path}'`, `count: ${nodes}`, ''].join('\n'),
  );
  const cli = (...args) => measure(directory, 'node', [main, '--quiet', ...args], { cwd: directory });
  const folder = join(directory, 'rendered');
  rmSync(folder, { recursive: true, force: true });
  await cli('render', definition, '--out', folder);
  // Identities are made once in the life of a cluster, a base is hashed and looked through once: none of this belongs
  // to the format that happens to come first.
  const bench = { directory, cli, definition };
  await runOurs(bench, ['qcow2', '--backing'], nodes, { isFirst: false, isPlain: true });
  const rendered = Array.from({ length: nodes }, (_, index) => join(folder, `n-${index + 1}`));
  return { directory, base, definition, cli, rendered };
}

/** `dlimage build` of the first nodes; `isFirst` empties the cache of compressed frames before. */
export async function runOurs(bench, [format, ...flags], count, options) {
  if (options.isFirst) rmSync(join(bench.directory, 'cache', 'frames'), { recursive: true, force: true });
  const { out, result } = await buildNodes(bench, [format, ...flags], count, options.isPlain);
  const sizeBytes = statSync(join(out, `n-1.${format}`)).size;
  rmSync(out, { recursive: true });
  return { ...result, sizeBytes };
}

/** What `cp` takes for the files of a build, or `cp` and `sync`. Files and copies need twice the memory of the build. */
export async function runCopy(bench, ours, count, isSynced) {
  const { out } = await buildNodes(bench, ours, count, true);
  const copies = join(bench.directory, 'copies');
  const script = `cp -r --reflink=never '${out}' '${copies}'${isSynced ? ` && sync '${copies}'/*` : ''}`;
  // What the build left to be written would be waited for too.
  spawnSync('sync');
  const result = await measure(bench.directory, 'sh', ['-c', script]);
  for (const path of [out, copies]) rmSync(path, { recursive: true });
  return result;
}

async function buildNodes({ directory, cli, definition }, [format, ...flags], count, isPlain) {
  const out = join(directory, 'out');
  const cache = join(directory, 'cache');
  const nodes = Array.from({ length: count }, (_, index) => ['--node', `n-${index + 1}`]).flat();
  const more = [...flags, ...(isPlain ? ['--no-image-checksum'] : [])];
  const files = ['--cache', cache, '--out', out];
  const result = await cli('build', definition, ...nodes, ...files, '--format', format, ...more);
  return { out, result };
}

/** Sparse copies of the base, debugfs and mtools, a compressor. */
export async function runConventional({ directory, base, rendered }, compression, count, isHashed) {
  const out = join(directory, 'conventional');
  const script = join(directory, 'conventional.sh');
  const nodes = rendered.slice(0, count);
  conventionalScript(script, { base: base.path, layout: base.layout, nodes, out, compression, isHashed });
  const result = await measure(directory, 'sh', [script]);
  const [file] = readdirSync(out).filter((name) => !name.endsWith('.sha256'));
  if (compression === null) requireHostname(join(out, file), base);
  const sizeBytes = statSync(join(out, file)).size;
  rmSync(out, { recursive: true });
  return { ...result, sizeBytes };
}

/** The same with the kernel's own ext4 instead of debugfs. */
export async function runLoopMount({ directory, base, rendered }, count) {
  const out = join(directory, 'mounted');
  const script = join(directory, 'mounted.sh');
  const mountPoint = join(directory, 'mount');
  const nodes = rendered.slice(0, count);
  loopMountScript(script, { base: base.path, layout: base.layout, nodes, out, mountPoint });
  const result = await measure(directory, 'sh', [script]);
  requireHostname(join(out, readdirSync(out)[0]), base);
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

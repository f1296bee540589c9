import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchBase } from '../formats/bench-base.mjs';
import { measure } from '../formats/measured-run.mjs';
import { printTable } from '../measure.mjs';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const counts = [125, 250, 500, 1000];

/** Patches for a fleet: their cost per node, the identities made beforehand. */
export async function run() {
  const directory = mkdtempSync(join(process.env.DLIMAGE_BENCH_DIRECTORY ?? tmpdir(), 'dlimage-bench-'));
  try {
    const base = await benchBase(directory);
    const results = [];
    for (const count of counts) {
      const definition = join(directory, `${count}.yaml`);
      writeFileSync(
        definition,
        `name: n${count}\nprofile: pi3\nbase: '${base.path}'\ncount: ${count}\nnetwork: {subnet: 10.0.0.0/16, first_address: 10.0.1.1}\n`,
      );
      const cache = ['--cache', join(directory, 'cache')];
      const build = (...args) =>
        measure(directory, 'node', [main, '--quiet', 'build', definition, ...cache, ...args], {
          cwd: directory,
        });
      await build('--node', `n${count}-1`, '--format', 'dlpatch');
      const result = await build('--format', 'dlpatch');
      const again = await build('--format', 'dlpatch');
      results.push({ count, ...result, again: again.wall });
      rmSync(join(directory, 'out'), { recursive: true });
    }
    const [{ wall: firstWall, count: firstCount }] = results;
    printTable(
      ['nodes', 'wall s', 'CPU s', 'per node', 'ratio to the first', 'peak MB', 'again, nothing to do'],
      results.map(({ count, wall, cpu, peakBytes, again }) => [
        count,
        wall.toFixed(1),
        cpu.toFixed(1),
        `${((wall / count) * 1000).toFixed(0)} ms`,
        (wall / count / (firstWall / firstCount)).toFixed(2),
        (peakBytes / 1e6).toFixed(0),
        `${again.toFixed(1)} s`,
      ]),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareCommands, printTable } from '../measure.mjs';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const counts = [125, 250, 500, 1000];

/** How long a plan takes as the cluster grows: its cost per node must stay the same. */
export async function run() {
  const directory = mkdtempSync(join(tmpdir(), 'dlimage-bench-'));
  try {
    const commands = counts.map((count) => {
      const file = join(directory, `${count}.yaml`);
      writeFileSync(
        file,
        `name: n\nprofile: x86\ncount: ${count}\nnetwork: {subnet: 10.0.0.0/16, first_address: 10.0.1.1}\n`,
      );
      return {
        program: 'node',
        args: [main, 'plan', '--json', '--quiet', file],
        options: { cwd: directory },
      };
    });
    const medians = compareCommands(commands, 3);
    printTable(
      ['nodes', 'median of 3', 'per node', 'per node, ratio to 125 nodes'],
      counts.map((count, index) => [
        count,
        `${(medians[index] / 1000).toFixed(2)} s`,
        `${(medians[index] / count).toFixed(2)} ms`,
        (medians[index] / count / (medians[0] / counts[0])).toFixed(2),
      ]),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

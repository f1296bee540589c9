import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printTable } from '../measure.mjs';

const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
const test = 'test/boot/cluster/cluster-life.test.ts';

const goals = {
  'from the slowest node online to assembled': 30,
  'from the power cut to the address answering on another node': 5,
};

/**
 * A cluster made by hand on such machines (three nodes, 1 vCPU and 1 GB each, two cores with other load), measured
 * for this project: 332 s from power-on to all three ready in the swarm, 129 s of them after the network was there.
 */
const byHand = {
  'from power-on to assembled': 332,
  'from the slowest node online to assembled': 129,
};

/** How long a cluster takes to make itself, and to come back; measured by the boot test, which has to pass. */
export async function run() {
  const directory = mkdtempSync(join(tmpdir(), 'dlimage-bench-boot-'));
  const file = join(directory, 'figures');
  try {
    const result = spawnSync(process.execPath, [vitest, 'run', '--project', 'boot-*', test], {
      env: { ...process.env, DLIMAGE_BOOT_ALL: '1', DLIMAGE_BOOT_FIGURES: file },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (result.status !== 0) throw new Error(`${test} failed: run it by itself to see why`);
    const measured = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const assembly = measured[0].figures['from power-on to assembled'];
    printTable(
      [
        'what happens',
        'what is measured',
        'time',
        'ratio to a first assembly',
        'ratio to a cluster made by hand',
        'goal',
      ],
      measured.flatMap(({ scenario, figures }, index) =>
        Object.entries(figures).map(([what, seconds]) => [
          scenario,
          what,
          `${seconds.toFixed(1)} s`,
          (seconds / assembly).toFixed(2),
          index === 0 && byHand[what] !== undefined ? (seconds / byHand[what]).toFixed(2) : '',
          goals[what] === undefined ? '' : `${goals[what]} s: ${seconds <= goals[what] ? 'met' : 'MISSED'}`,
        ]),
      ),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

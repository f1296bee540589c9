import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../builder/system/host/package-root.ts';
import { canBoot } from './requirements.ts';

const root = fileURLToPath(new URL('interrupted/', import.meta.url));

describe.runIf(canBoot('pc-bios'))('a boot test that is interrupted', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dlimage-orphans-'));
  });
  afterEach(async () => await rm(directory, { recursive: true, force: true }));

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves no virtual machine behind: %s',
    async (signal) => {
      const vitest = join(packageRoot, 'node_modules/vitest/vitest.mjs');
      const runner = spawn(process.execPath, [vitest, 'run', '--root', root], {
        env: { ...process.env, LAN_DIRECTORY: directory },
        stdio: 'ignore',
      });
      try {
        await until(async () => (await machinesOf(directory)).length > 0, 'the machine');
        runner.kill(signal);
        await until(async () => (await machinesOf(directory)).length === 0, 'the end of the machine');
      } finally {
        runner.kill('SIGKILL');
        for (const pid of await machinesOf(directory)) process.kill(pid, 'SIGKILL');
      }
      expect(await machinesOf(directory)).toEqual([]);
    },
  );
});

/** Process ids of the QEMUs whose command line names this directory. */
async function machinesOf(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commandLines = await Promise.all(
    pids.map(async (pid) => await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => commandLines[index]?.includes(directory)).map(Number);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come within 60 s`);
    await sleep(200);
  }
}

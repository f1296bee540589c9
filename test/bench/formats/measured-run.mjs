import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const sampleMilliseconds = 50;
/** GNU time counts what was written in units of 512 bytes. */
const outputUnit = 512;

/**
 * Runs a command and measures it with everything that it starts: wall and CPU seconds, bytes written to files, and the
 * largest sum of resident memory of all its processes that was seen, looked at twenty times a second. Pages that
 * processes share count for each of them, so the sum is rather too large.
 */
export async function measure(directory, program, args, options = {}) {
  const report = join(directory, `time-${process.pid}`);
  const child = spawn('/usr/bin/time', ['-o', report, '-f', '%e %U %S %O', program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...options,
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  const sampling = { peakBytes: 0, isOver: false };
  const sampler = sample(child.pid, sampling);
  const status = await ended;
  sampling.isOver = true;
  await sampler;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  const [wall, user, system, written] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
  rmSync(report);
  return { wall, cpu: user + system, writtenBytes: written * outputUnit, peakBytes: sampling.peakBytes };
}

async function sample(root, state) {
  while (!state.isOver) {
    state.peakBytes = Math.max(state.peakBytes, residentBytes(root));
    await sleep(sampleMilliseconds);
  }
}

/** Of all descendants of GNU time. */
function residentBytes(root) {
  const processes = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const field = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      processes.set(Number(name), { parent: field('PPid'), bytes: field('VmRSS') * 1024 });
    } catch {
      // It ended while it was looked at.
    }
  }
  const isInside = (id) => {
    for (let at = id; at > 1; at = processes.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  return [...processes].reduce((sum, [id, { bytes }]) => sum + (id !== root && isInside(id) ? bytes : 0), 0);
}

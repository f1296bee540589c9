import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const sampleMilliseconds = 50;
/** GNU time counts what was written in units of 512 bytes. */
const outputUnit = 512;

/**
 * Runs a command and measures it with everything that it starts: wall and CPU seconds, bytes written to files, and the
 * memory that it can have had at most: of the processes that were seen alive together, twenty times a second, the sum of
 * what each had resident at its own peak. Pages that processes share count for each of them.
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
    state.peakBytes = Math.max(state.peakBytes, peakBytesBelow(root));
    await sleep(sampleMilliseconds);
  }
}

/** Of all descendants of a process, which itself does not count. */
function peakBytesBelow(id) {
  return childrenOf(id).reduce((sum, child) => sum + ownBytes(child) + peakBytesBelow(child), 0);
}

function childrenOf(id) {
  try {
    return readdirSync(`/proc/${id}/task`).flatMap((thread) =>
      readFileSync(`/proc/${id}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
  } catch {
    // It ended while it was looked at.
    return [];
  }
}

function ownBytes(id) {
  try {
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

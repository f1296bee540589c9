/**
 * The only part of dlimage that may run with privileges: writes one card. It gets a header and bytes on stdin, and says
 * what it does on stdout. It has no options and reads no environment; it imports nothing but Node's own modules and the
 * files beside it.
 */
import { execFile } from 'node:child_process';
import type { WriterEvent, WriterSummary } from '../../writer-protocol.ts';
import { Device } from './device.ts';
import { Failed } from './failed.ts';
import { Input } from './input.ts';
import { allocateMemory } from './memory.ts';
import { parseHeader } from './parse-header.ts';
import { Reporter } from './reporter.ts';
import { verifyCard } from './verify-card.ts';
import { writeCard } from './write-card.ts';

const blockdevPaths = ['/usr/sbin/blockdev', '/sbin/blockdev', '/usr/bin/blockdev'];

async function run(input: Input): Promise<WriterSummary> {
  send({ event: 'started' });
  const header = parseHeader(await input.line());
  const memory = allocateMemory();
  const reporter = new Reporter(send);
  reporter.begin('check', 0);
  const device = await Device.open(header.device, header.mode, memory.page);
  const isWriting = header.mode !== 'verify';
  let done;
  try {
    done = await (isWriting ? writeCard : verifyCard)({ header, device, input, reporter, memory });
  } finally {
    await device.close();
  }
  reporter.end();
  // The kernel keeps the old table unless it is told.
  const isTableReread = isWriting && (await rereadTable(header.device));
  return { ...done, isTableReread, secondsByPhase: reporter.secondsByPhase };
}

/** False where the right is missing, or the device can have no partitions. */
async function rereadTable(device: string): Promise<boolean> {
  for (const path of blockdevPaths) {
    const code = await new Promise((resolve) => {
      execFile(path, ['--rereadpt', device], { env: {} }, (error) => resolve(error?.code ?? 0));
    });
    if (code !== 'ENOENT') return code === 0;
  }
  return false;
}

function send(event: WriterEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const input = new Input(process.stdin);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => input.stop());
process.stdout.on('error', () => input.stop());
try {
  send({ event: 'done', summary: await run(input) });
} catch (error) {
  if (!(error instanceof Failed)) throw error;
  send({ event: 'failed', failure: error.failure });
  process.exitCode = 1;
} finally {
  input.close();
}

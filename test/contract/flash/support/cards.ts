import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPrograms } from '../../../image/support/programs.ts';
import { serveCard, type CardFaults } from './faulty-card.ts';

const env = { PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8' };

/** A block device of the tests. */
export interface Card {
  readonly device: string;
  remove(): Promise<void>;
}

/** A card whose bytes are in memory, and which may misbehave. */
export interface FaultyCard extends Card {
  readonly memory: Buffer;
  readonly faults: CardFaults;
}

/** Programs that behave as they do for a user; never waits without letting the card answer. */
export async function runProgram(program: string, ...args: string[]) {
  return await execa(program, args, { env, extendEnv: false, reject: false, stdin: 'ignore' });
}

/** Whether block devices can be made here: that takes root, loop devices and FUSE. */
export function canMakeCards(): boolean {
  return (
    process.getuid?.() === 0 &&
    existsSync('/dev/loop-control') &&
    existsSync('/dev/fuse') &&
    missingPrograms(['losetup', 'qemu-storage-daemon', 'dd', 'cmp']).length === 0
  );
}

/** A loop device on a file of zeros. */
export async function makeLoopCard(sizeBytes: number, ...options: string[]): Promise<Card> {
  const directory = mkdtempSync(join(tmpdir(), 'dlimage-card-'));
  const file = join(directory, 'card');
  writeFileSync(file, '');
  truncateSync(file, sizeBytes);
  const device = await attach(file, ['--direct-io=on', ...options]);
  return {
    device,
    async remove() {
      await runProgram('losetup', '-d', device);
      rmSync(directory, { recursive: true });
    },
  };
}

/** A loop device on a server that does what `faults` says at the moment. */
export async function makeFaultyCard(sizeBytes: number, faults: CardFaults = {}): Promise<FaultyCard> {
  const directory = mkdtempSync(join(tmpdir(), 'dlimage-card-'));
  const socket = join(directory, 'socket');
  const file = join(directory, 'card');
  writeFileSync(file, '');
  const memory = Buffer.alloc(sizeBytes);
  const server = await serveCard(socket, memory, faults);
  const daemon = spawn(
    'qemu-storage-daemon',
    [
      ...['--blockdev', `driver=nbd,node-name=card,server.type=unix,server.path=${socket}`],
      ...['--export', `type=fuse,id=card,node-name=card,mountpoint=${file},writable=on`],
    ],
    { env, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  await waitForSize(file, sizeBytes);
  const device = await attach(file, ['--direct-io=on']);
  const askAsBefore = askLittleAtOnce(device);
  return {
    device,
    memory,
    faults,
    async remove() {
      for (const name of Object.keys(faults)) delete faults[name as keyof CardFaults];
      askAsBefore();
      await runProgram('losetup', '-d', device);
      daemon.kill('SIGTERM');
      await ended;
      server.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function attach(file: string, options: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runProgram('losetup', '-f', '--show', ...options, file);
  if (!stdout.startsWith('/dev/')) throw new Error(`losetup: ${stderr}`);
  return stdout.trim();
}

/**
 * The FUSE export of QEMU before 10 has one buffer: a write that is not yet sent when the next comes is mixed up with it.
 * What can be under way at once here fits into the buffer of a socket.
 */
function askLittleAtOnce(device: string): () => void {
  const queue = `/sys/block/${device.slice('/dev/'.length)}/queue`;
  const limits = { nr_requests: '4', max_sectors_kb: '32' };
  const before = Object.keys(limits).map((name) => [name, readFileSync(`${queue}/${name}`, 'utf8')] as const);
  const set = (values: readonly (readonly [string, string])[]): void => {
    for (const [name, value] of values) writeFileSync(`${queue}/${name}`, value);
  };
  set(Object.entries(limits));
  // The next who gets this loop device finds it as it was.
  return () => set(before);
}

async function waitForSize(file: string, sizeBytes: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { stdout } = await runProgram('stat', '-c', '%s', file);
    if (stdout === `${sizeBytes}`) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('qemu-storage-daemon has exported nothing');
}

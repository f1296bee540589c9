import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, printTable, timeCommand } from '../measure.mjs';

const rounds = 5;
const mebibyte = 1024 * 1024;
const imageBytes = 256 * mebibyte;
/** 160 MiB in runs of 10 MiB, with gaps as free space leaves them. */
const ranges = Array.from({ length: 16 }, (_, index) => ({
  offsetBytes: index * 16 * mebibyte,
  lengthBytes: 10 * mebibyte,
}));
const mappedBytes = ranges.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);

/** One image on one loop device: `dd` of all of it, `bmaptool copy`, and our writer. Takes root. */
export async function run() {
  if (process.getuid() !== 0) return console.log('skipped: loop devices take root');
  process.env.PATH += ':/usr/sbin:/sbin';
  const directory = mkdtempSync(join(process.env.DLIMAGE_BENCH_DIRECTORY ?? tmpdir(), 'dlimage-bench-'));
  const image = join(directory, 'image');
  makeImage(image);
  const card = join(directory, 'card');
  closeSync(openSync(card, 'w'));
  truncateSync(card, imageBytes + 64 * mebibyte);
  const bmap = join(directory, 'image.bmap');
  command('bmaptool', ['create', '-o', bmap, image]);
  const device = command('losetup', ['-f', '--show', '--direct-io=on', card]);
  try {
    const { times, peakBytes } = await measureInTurn(image, bmap, device);
    const rival = median(times.dd) / imageBytes;
    const bmaptool = median(times.bmaptool);
    const rows = [
      ['dd bs=4M oflag=direct, all of it', 'dd', imageBytes],
      ['bmaptool copy', 'bmaptool', mappedBytes],
      ['dlimage, start included', 'write', mappedBytes],
      ['dlimage, its writing alone', 'writeAlone', mappedBytes],
      ['dlimage with reading back, start included', 'verified', mappedBytes],
    ];
    printTable(
      [`median of ${rounds}, in turn`, 's', 'MiB/s', 'seconds per byte to dd', 'time to bmaptool'],
      rows.map(([text, way, bytes]) => {
        const seconds = median(times[way]);
        return [
          text,
          seconds.toFixed(2),
          (bytes / mebibyte / seconds).toFixed(0),
          (seconds / bytes / rival).toFixed(2),
          (seconds / bmaptool).toFixed(2),
        ];
      }),
    );
    const ratio = median(times.verified) / median(times.write);
    console.log(`\nWith reading back it takes ${ratio.toFixed(2)} times as long as without.`);
    console.log(`The process of the writer has ${(peakBytes / mebibyte).toFixed(0)} MiB resident at most.`);
  } finally {
    command('losetup', ['-d', device]);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureInTurn(image, bmap, device) {
  const times = { dd: [], bmaptool: [], write: [], writeAlone: [], verified: [] };
  const seconds = (program, args) => timeCommand(program, args) / 1000;
  let peakBytes = 0;
  const flash = async (readBack) => {
    const begin = performance.now();
    const { secondsByPhase } = await flashCard(image, device, readBack, () => {
      peakBytes = Math.max(peakBytes, writerBytes());
    });
    return { all: (performance.now() - begin) / 1000, alone: secondsByPhase.write };
  };
  for (let round = 0; round < rounds; round += 1) {
    times.dd.push(seconds('dd', [`if=${image}`, `of=${device}`, 'bs=4M', 'oflag=direct', 'conv=fsync']));
    times.bmaptool.push(seconds('bmaptool', ['copy', '--bmap', bmap, image, device]));
    const plain = await flash(false);
    times.write.push(plain.all);
    times.writeAlone.push(plain.alone);
    times.verified.push((await flash(true)).all);
  }
  return { times, peakBytes };
}

async function flashCard(image, device, readBack, onProgress) {
  const { startWriter } = await import('../../../dist/flash/host/start-writer.js');
  const start = spawnSync('dd', [`if=${device}`, 'bs=1M', 'count=1', 'iflag=direct'], {
    maxBuffer: 4 * mebibyte,
  });
  const handle = openSync(image, 'r');
  try {
    return await startWriter(
      {
        mode: 'write',
        device,
        sizeBytes: statSync(image).size + 64 * mebibyte,
        firstMebibyteSha256: createHash('sha256').update(start.stdout).digest('hex'),
        imageBytes,
        ranges,
        marker: Buffer.alloc(512, 'unfinished'),
        readBack,
        async *read({ offsetBytes, lengthBytes }) {
          for (let done = 0; done < lengthBytes;) {
            const piece = Buffer.alloc(Math.min(mebibyte, lengthBytes - done));
            readSync(handle, piece, 0, piece.length, offsetBytes + done);
            done += piece.length;
            yield piece;
          }
        },
      },
      { onProgress },
    );
  } finally {
    closeSync(handle);
  }
}

function makeImage(path) {
  const file = openSync(path, 'w');
  for (const { offsetBytes, lengthBytes } of ranges)
    writeSync(file, randomBytes(lengthBytes), 0, lengthBytes, offsetBytes);
  closeSync(file);
  truncateSync(path, imageBytes);
}

/** What the writer that runs now has had resident at its peak. */
function writerBytes() {
  for (const task of readdirSync('/proc/self/task')) {
    for (const child of readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean)) {
      try {
        if (!readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('writer.js')) continue;
        return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))[1]) * 1024;
      } catch {
        // It ended while it was looked at.
      }
    }
  }
  return 0;
}

function command(program, args) {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout.trim();
}

import { open, readFile, stat, statfs, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HostError } from '../../../report/errors.ts';
import { diskFull, isDiskFull } from '../../../system/host/disk-full.ts';
import { writeFully } from '../../../system/host/write-fully.ts';
import type { Task } from '../../../system/host/progress.ts';
import type { Patience } from './patience.ts';
import { nameOfUrl } from '../../download/name-of-url.ts';
import { refuseStatus } from './refuse-status.ts';
import { repeatedly } from './repeat.ts';
import { ask, type HttpAnswer } from './request.ts';
import { hostOf } from './host-of.ts';

/** A server that does not say how much it sends is not listened to without end. */
const longestBytes = 64 * 1024 ** 3;

/** A file on a server, and where what has come of it lies. */
export interface FileTransfer {
  readonly url: string;
  readonly path: string;
  readonly patience: Patience;
  /** Called with the size of the file, as soon as it is known, at each attempt. */
  readonly taskFor: (totalBytes: number | null) => Task;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fetches a file, going on where an earlier attempt stopped, if the server can do that and still has the same file.
 *
 * @throws HostError as `ask` and `refuseStatus` do; `download-wrong-length` when more comes than was announced;
 *   `disk-full`.
 */
export async function fetchFile(transfer: FileTransfer): Promise<void> {
  let furthest = (await readProgress(transfer)).offsetBytes;
  await repeatedly(transfer.patience, transfer.signal, async (onProgress) => {
    const begun = await readProgress(transfer);
    const answer = await ask({ ...transfer, header: rangeHeader(begun) });
    try {
      await takeAnswer(transfer, answer, begun, (position) => {
        // A server that begins anew each time brings nothing, however often it is asked.
        if (position <= furthest) return;
        furthest = position;
        onProgress();
      });
    } finally {
      answer.close();
    }
  });
}

async function takeAnswer(
  transfer: FileTransfer,
  answer: HttpAnswer,
  begun: Begun,
  onPosition: (position: number) => void,
): Promise<void> {
  if (answer.status === 416 && begun.offsetBytes > 0) {
    if (totalOf(answer, begun.offsetBytes) === begun.offsetBytes) return;
    await writeFile(transfer.path, '');
    throw cutShort(transfer.url);
  }
  refuseStatus(transfer.url, answer);
  const offsetBytes = answer.status === 206 ? startOf(answer) : 0;
  if (offsetBytes > begun.offsetBytes) throw cutShort(transfer.url);
  await rememberVersion(transfer, answer);
  await receive(transfer, answer, offsetBytes, onPosition);
}

interface Begun {
  readonly offsetBytes: number;
  /** The server's version of the file so far; null when it is not known. */
  readonly version: string | null;
}

async function readProgress({ url, path }: FileTransfer): Promise<Begun> {
  const offsetBytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  const note: unknown = await readFile(`${path}.json`, 'utf8').then(JSON.parse, () => null);
  const isKnown = typeof note === 'object' && note !== null && 'url' in note && 'version' in note;
  const version = isKnown && note.url === url && typeof note.version === 'string' ? note.version : null;
  return { offsetBytes, version };
}

/** From another mirror the rest is taken without a condition: the digest of the whole decides. */
function rangeHeader({ offsetBytes, version }: Begun): Record<string, string> {
  if (offsetBytes === 0) return {};
  return { range: `bytes=${offsetBytes}-`, ...(version !== null && { 'if-range': version }) };
}

/** Only a strong validator may stand in If-Range. Source: RFC 9110, section 13.1.5. */
async function rememberVersion({ url, path }: FileTransfer, { headers }: HttpAnswer): Promise<void> {
  const tag = headers.get('etag');
  const version = tag !== null && !tag.startsWith('W/') ? tag : headers.get('last-modified');
  await writeFile(`${path}.json`, JSON.stringify({ url, version }));
}

function startOf({ headers }: HttpAnswer): number {
  return Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1] ?? 0);
}

function totalOf({ headers }: HttpAnswer, offsetBytes: number): number | null {
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  if (total !== undefined) return Number(total);
  const length = headers.get('content-length');
  return length === null ? null : offsetBytes + Number(length);
}

/** A download that does not fit is not begun. */
async function checkRoom(path: string, url: string, lengthBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (lengthBytes <= bavail * bsize) return;
  const cause = new Error(`${lengthBytes} bytes are to come, ${bavail * bsize} are free`);
  throw diskFull(path, `download ${nameOfUrl(url)}`, cause);
}

async function receive(
  { url, path, taskFor }: FileTransfer,
  answer: HttpAnswer,
  offsetBytes: number,
  onPosition: (position: number) => void,
): Promise<void> {
  const total = totalOf(answer, offsetBytes);
  await checkRoom(path, url, (total ?? 0) - offsetBytes);
  const task = taskFor(total);
  const handle = await openAt(path, offsetBytes);
  let position = offsetBytes;
  try {
    for await (const piece of answer.body) {
      if (position + piece.length > (total ?? longestBytes)) throw wrongLength(url, total ?? longestBytes);
      await writeFully(handle, Buffer.from(piece.buffer, piece.byteOffset, piece.length), position);
      position += piece.length;
      onPosition(position);
      task.update(position);
    }
    if (total !== null && position < total) throw cutShort(url);
  } catch (error) {
    throw isDiskFull(error) ? diskFull(path, `download ${nameOfUrl(url)}`, error) : error;
  } finally {
    await handle.close();
  }
}

/** Bytes behind the offset are of an attempt that the server no longer goes on with. */
async function openAt(path: string, offsetBytes: number): Promise<FileHandle> {
  const handle = await open(path, offsetBytes === 0 ? 'w' : 'r+', 0o600);
  try {
    await handle.truncate(offsetBytes);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function cutShort(url: string): HostError {
  return new HostError('download-cut', `${hostOf(url)} sent only a part of ${nameOfUrl(url)}`, {
    hint: 'run it again: a download goes on where it stopped',
    details: [url],
  });
}

function wrongLength(url: string, total: number): HostError {
  return new HostError(
    'download-wrong-length',
    `${hostOf(url)} sends more of ${nameOfUrl(url)} than ${total} bytes`,
    {
      hint: 'take another mirror, or download it with a browser and name it with --base-image',
      details: [url],
    },
  );
}

import { HostError } from '../../../report/errors.ts';
import type { Patience } from './patience.ts';
import { nameOfUrl } from '../../download/name-of-url.ts';
import { refuseStatus } from './refuse-status.ts';
import { repeatedly } from './repeat.ts';
import { ask, type HttpAnswer } from './request.ts';
import { hostOf } from './host-of.ts';

/** Lists of checksums and signatures are far smaller. */
const limitBytes = 4 * 1024 * 1024;

/**
 * The bytes of a small file on a server.
 *
 * @throws HostError as `ask` and `refuseStatus` do, and `download-wrong-length` when it is large.
 */
export async function fetchDocument(
  url: string,
  patience: Patience,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  return await repeatedly(patience, signal, async () => {
    const answer = await ask({ url, patience, signal });
    try {
      refuseStatus(url, answer);
      return await readBody(url, answer);
    } finally {
      answer.close();
    }
  });
}

async function readBody(url: string, { body }: HttpAnswer): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length > limitBytes) throw tooLong(url);
  }
  return Buffer.concat(pieces);
}

function tooLong(url: string): HostError {
  return new HostError(
    'download-wrong-length',
    `${nameOfUrl(url)} from ${hostOf(url)} is too large to be a checksum list`,
    {
      hint: 'something between here and the publisher answers in its place: check the network',
      details: [url],
    },
  );
}

import { HostError } from '../../../report/errors.ts';
import { certificateProblem } from './certificate-problem.ts';
import type { FetchedResponse } from './fetch-through-proxy.ts';
import { fetchFollowing } from './follow-redirects.ts';
import type { Patience } from './patience.ts';
import { hostOf } from './host-of.ts';

/** A server's answer whose body has begun. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, piece by piece. @throws HostError `download-stalled` or `download-cut` */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection, whether or not the body was read. */
  close(): void;
}

/** Asks for a URL. `header` fields go along. */
export interface Request {
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Begins a request and gives the answer, whatever its status; whoever asks closes it. Redirects are followed, and proxies
 * used.
 *
 * @throws HostError `download-redirect`, `download-untrusted`, `proxy-unusable`; `download-unreachable` when there is no
 *   connection, `download-stalled` when there is no answer.
 */
export async function ask(request: Request): Promise<HttpAnswer> {
  const { url, patience, signal } = request;
  const watch = watchForStalls(patience.stallSeconds);
  const closing = new AbortController();
  const stops = [closing.signal, watch.signal, ...(signal === undefined ? [] : [signal])];
  const explain = (error: unknown, otherwise: (error: unknown) => HostError): unknown =>
    signal?.aborted === true
      ? signal.reason
      : watch.signal.aborted
        ? stalled(url, patience)
        : error instanceof HostError
          ? error
          : otherwise(error);
  try {
    // The digests are of the files as they lie on the server.
    const headers = { 'accept-encoding': 'identity', ...request.header };
    const response = await fetchFollowing(url, headers, AbortSignal.any(stops));
    return {
      status: response.status,
      headers: response.headers,
      body: watched(response, watch, explain, url),
      close() {
        watch.end();
        closing.abort();
      },
    };
  } catch (error) {
    watch.end();
    throw explain(error, (cause) => certificateProblem(url, cause) ?? unreachable(url, cause));
  }
}

async function* watched(
  response: FetchedResponse,
  watch: StallWatch,
  explain: (error: unknown, otherwise: (error: unknown) => HostError) => unknown,
  url: string,
): AsyncGenerator<Uint8Array> {
  try {
    if (response.body === null) return;
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      watch.touch(piece.length);
      yield piece;
    }
  } catch (error) {
    throw explain(error, (cause) => cut(url, cause));
  } finally {
    watch.end();
  }
}

/** A server that sends less than this in the time of a stall keeps a download from ever ending. */
const leastBytes = 1024;

interface StallWatch {
  readonly signal: AbortSignal;
  touch(lengthBytes: number): void;
  end(): void;
}

function watchForStalls(seconds: number): StallWatch {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  let arrivedBytes = 0;
  const touch = (lengthBytes: number): void => {
    arrivedBytes += lengthBytes;
    if (arrivedBytes < leastBytes) return;
    arrivedBytes = 0;
    timer.refresh();
  };
  return { signal: controller.signal, touch, end: () => clearTimeout(timer) };
}

function stalled(url: string, { stallSeconds }: Patience): HostError {
  return new HostError('download-stalled', `${hostOf(url)} sent next to nothing for ${stallSeconds} s`, {
    hint: 'run it again: a download goes on where it stopped',
    details: [url],
  });
}

function cut(url: string, cause: unknown): HostError {
  return new HostError('download-cut', `the connection to ${hostOf(url)} broke off`, {
    hint: 'run it again: a download goes on where it stopped',
    details: [url, ...reasonOf(cause)],
    cause,
  });
}

function unreachable(url: string, cause: unknown): HostError {
  return new HostError('download-unreachable', `there is no connection to ${hostOf(url)}`, {
    hint: 'check the network; with --offline only what is in the cache is taken',
    details: [url, ...reasonOf(cause)],
    cause,
  });
}

/** fetch says "failed", and why in the cause. */
function reasonOf(error: unknown): string[] {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && cause.message !== '' ? [cause.message] : [];
}

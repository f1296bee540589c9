import { HostError } from '../../report/errors.ts';
import type { Patience } from './patience.ts';

/** A server's answer whose body has begun. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, piece by piece. @throws HostError `download-stalled` or `download-cut` */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Asks for a URL. `header` fields go along. */
export interface Request {
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Begins a request and gives the answer, whatever its status. The connection is closed when the body is no longer read.
 *
 * @throws HostError `download-unreachable` when there is no connection, `download-stalled` when there is no answer.
 */
export async function ask(request: Request): Promise<Answer> {
  const { url, patience, signal } = request;
  const watch = watchForStalls(patience.stallSeconds);
  const stop = signal === undefined ? watch.signal : AbortSignal.any([signal, watch.signal]);
  const explain = (error: unknown, otherwise: (error: unknown) => HostError): unknown =>
    signal?.aborted === true
      ? signal.reason
      : watch.signal.aborted
        ? stalled(url, patience)
        : otherwise(error);
  try {
    // The digests are of the files as they lie on the server.
    const headers = { 'accept-encoding': 'identity', ...request.header };
    const response = await fetch(url, { headers, signal: stop });
    return {
      status: response.status,
      headers: response.headers,
      body: watched(response, watch, explain, url),
    };
  } catch (error) {
    watch.end();
    throw explain(error, (cause) => unreachable(url, cause));
  }
}

async function* watched(
  response: Response,
  watch: StallWatch,
  explain: (error: unknown, otherwise: (error: unknown) => HostError) => unknown,
  url: string,
): AsyncGenerator<Uint8Array> {
  try {
    if (response.body === null) return;
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      watch.touch();
      yield piece;
    }
  } catch (error) {
    throw explain(error, (cause) => cut(url, cause));
  } finally {
    watch.end();
  }
}

interface StallWatch {
  readonly signal: AbortSignal;
  touch(): void;
  end(): void;
}

function watchForStalls(seconds: number): StallWatch {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  return { signal: controller.signal, touch: () => timer.refresh(), end: () => clearTimeout(timer) };
}

function stalled(url: string, { stallSeconds }: Patience): HostError {
  return new HostError('download-stalled', `${hostOf(url)} sent nothing for ${stallSeconds} s`, {
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

/** Host of a URL, for messages. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

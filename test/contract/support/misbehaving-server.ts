import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked of the server. */
export interface Asked {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** A server of files that does what its first path part says: `/cut/image` breaks off, `/plain/image` does not. */
export interface MisbehavingServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  readonly files: Map<string, Buffer>;
  close(): Promise<void>;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly content: Buffer;
  /** How often this path has been asked for before. */
  readonly earlier: number;
}

const behaviours: Readonly<Record<string, (call: Call) => void>> = {
  plain: (call) => serve(call),
  /** Each answer ends after another 60,000 bytes. */
  cut: (call) => serve(call, { cutAfter: 60_000 }),
  /** Breaks off once, and has forgotten how to go on. */
  'no-ranges': (call) =>
    serve({ ...call, request: withoutRange(call) }, call.earlier === 0 ? { cutAfter: 60_000 } : {}),
  /** Breaks off, and is another version the next time. */
  changed: (call) =>
    call.earlier === 0
      ? serve(
          { ...call, content: Buffer.alloc(call.content.length, 'old') },
          { cutAfter: 60_000, version: '"old"' },
        )
      : serve(call),
  corrupt: (call) => serve({ ...call, content: Buffer.concat([call.content.subarray(1), Buffer.from('?')]) }),
  /** Never gets beyond the first bytes. */
  short: (call) => serve(call, { cutAfter: call.request.headers.range === undefined ? 1000 : 0 }),
  /** Sends more than it says. */
  long: ({ response, content }) => {
    response.writeHead(206, { 'content-range': 'bytes 0-9/10' });
    response.end(content);
  },
  stalled: ({ response, content }) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000));
  },
  silent: () => undefined,
  slow: ({ response, content }) => {
    response.writeHead(200, { 'content-length': content.length });
    let position = 0;
    const timer = setInterval(() => {
      response.write(content.subarray(position, (position += 20_000)));
      if (position >= content.length) response.end(() => clearInterval(timer));
    }, 50);
  },
  /** Never stalls, and never ends. */
  drip: ({ response, content }) => {
    response.writeHead(200, { 'content-length': content.length });
    const timer = setInterval(() => response.write('.'), 50);
    response.on('close', () => clearInterval(timer));
  },
  /** Says where to go on as it likes. */
  'wrong-range': ({ response, content, earlier }) => {
    const range = `bytes ${content.length - 10 + earlier}-${content.length}/${content.length * 2}`;
    response.writeHead(206, { 'content-range': range }).end('x');
  },
  'too-large': ({ response }) => {
    response.writeHead(200, { 'content-length': 2 ** 50 }).write('x');
  },
  'to-a-file': ({ response }) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  'to-nowhere': ({ response }) => response.writeHead(302, { location: 'http://[::1' }).end(),
  circle: ({ request, response }) => response.writeHead(302, { location: request.url }).end(),
  gone: ({ response }) => response.writeHead(404).end('not here'),
  forbidden: ({ response }) => response.writeHead(403).end('no'),
  /** Gets over it. */
  busy: (call) => (call.earlier < 2 ? call.response.writeHead(503).end('later') : serve(call)),
  moved: ({ request, response }) =>
    response.writeHead(302, { location: (request.url ?? '').replace('/moved/', '/plain/') }).end(),
};

/** Starts the server on a free port of the loopback. */
export async function startMisbehavingServer(): Promise<MisbehavingServer> {
  const files = new Map<string, Buffer>();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    const [, behaviour = '', name = ''] = path.split('/');
    const earlier = asked.filter((one) => one.path === path).length;
    asked.push({
      path,
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
    });
    const content = files.get(name);
    if (content === undefined) response.writeHead(404).end();
    else behaviours[behaviour]?.({ request, response, content, earlier });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    files,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function withoutRange({ request }: Call): IncomingMessage {
  delete request.headers.range;
  return request;
}

function serve(
  { request, response, content }: Call,
  { cutAfter, version = '"1"' }: { readonly cutAfter?: number; readonly version?: string } = {},
): void {
  const wanted = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const condition = request.headers['if-range'];
  const start =
    wanted === undefined || (condition !== undefined && condition !== version) ? 0 : Number(wanted);
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const body = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    etag: version,
    'content-length': body.length,
    ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  if (cutAfter === undefined || body.length <= cutAfter) response.end(body);
  // Once the other side has it: what is on its way when a connection breaks off is lost with it.
  else response.write(body.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 100));
}

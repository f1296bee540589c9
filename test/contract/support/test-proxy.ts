import { createServer, request as ask } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** A proxy that forwards http, and makes the tunnels that it knows. */
export interface TestProxy {
  readonly url: string;
  /** What it was asked for, in order: an absolute URL, or host and port of a tunnel. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

/** Starts the proxy on a free port of the loopback. Ports of this machine by the target of a tunnel; others are refused. */
export async function startTestProxy(tunnels: Readonly<Record<string, number>> = {}): Promise<TestProxy> {
  const asked: TestProxy['asked'] = [];
  const server = createServer((incoming, response) => {
    const target = incoming.url ?? '';
    asked.push({ target, authorization: incoming.headers['proxy-authorization'] });
    const outgoing = ask(target, { headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    outgoing.end();
  });
  server.on('connect', (incoming, socket) => {
    asked.push({ target: incoming.url ?? '', authorization: incoming.headers['proxy-authorization'] });
    const port = tunnels[incoming.url ?? ''];
    if (port === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const end of [target, socket])
      end.on('error', () => [target, socket].forEach((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

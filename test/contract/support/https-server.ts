import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { run } from '../../image/support/programs.ts';

/** An https server on the loopback. */
export interface HttpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a server that gives `content` for every path. Its certificate, for a host name, signs itself: `ca.pem` in the directory. */
export async function startHttpsServer(
  directory: string,
  host: string,
  content: Buffer,
): Promise<HttpsServer> {
  const [keyPath, certificatePath] = [join(directory, 'key.pem'), join(directory, 'ca.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyPath];
  const name = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  run('openssl', ['req', '-x509', ...key, ...name, '-days', '2', '-out', certificatePath]);
  const identity = { key: readFileSync(keyPath), cert: readFileSync(certificatePath) };
  const server = createServer(identity, (_request, response) => {
    response.setHeader('content-length', content.length).end(content);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

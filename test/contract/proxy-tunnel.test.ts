import { execa } from 'execa';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPrograms } from '../image/support/programs.ts';
import { makeScratch } from '../image/support/test-image.ts';
import { startTestProxy, type TestProxy } from './support/test-proxy.ts';

/** Downloads in a process of its own: Node reads NODE_EXTRA_CA_CERTS when it starts. */
const downloader = `
import { ensureDownload } from '${new URL('../../dist/host/download/ensure-download.js', import.meta.url).href}';
const [url, hex, cacheDirectory] = process.argv.slice(1);
const task = { update() {}, done() {}, fail() {} };
const options = { cacheDirectory, offline: false, progress: { task: () => task, note() {} } };
const file = { name: 'image.xz', urls: [url], digest: { algorithm: 'sha256', hex } };
process.stdout.write(await ensureDownload(file, options).catch((error) => error.id));
`;

describe.skipIf(missingPrograms(['openssl']).length > 0)(
  'a tunnel through a proxy to an https server',
  () => {
    const scratch = makeScratch();
    const at = (name: string) => join(scratch.path, name);
    const content = randomBytes(300_000);
    const digest = createHash('sha256').update(content).digest('hex');
    const server = { close: () => Promise.resolve() };
    let proxy: TestProxy;

    beforeAll(async () => {
      const key = [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        at('key.pem'),
      ];
      const name = ['-subj', '/CN=images.example', '-addext', 'subjectAltName=DNS:images.example'];
      execFileSync('openssl', ['req', '-x509', ...key, ...name, '-days', '2', '-out', at('ca.pem')], {
        stdio: 'ignore',
      });
      const identity = { key: readFileSync(at('key.pem')), cert: readFileSync(at('ca.pem')) };
      const https = createServer(identity, (request, response) => {
        response.setHeader('content-length', content.length).end(request.url === '/image.xz' ? content : '');
      });
      await new Promise<void>((resolve) => {
        https.listen(0, '127.0.0.1', resolve);
      });
      server.close = async () => {
        https.closeAllConnections();
        await new Promise((resolve) => {
          https.close(resolve);
        });
      };
      proxy = await startTestProxy({ 'images.example:443': (https.address() as AddressInfo).port });
    });
    afterAll(async () => {
      await proxy.close();
      await server.close();
      scratch.cleanUp();
    });

    const download = async (env: Readonly<Record<string, string>>, cache: string): Promise<string> => {
      const args = ['https://images.example/image.xz', digest, at(cache)];
      const proxied = { https_proxy: proxy.url, no_proxy: '', ...env };
      const { stdout } = await execa('node', ['--input-type=module', '-e', downloader, ...args], {
        env: proxied,
      });
      return stdout;
    };

    it('brings the file, with a certificate that this machine trusts', async () => {
      const path = await download({ NODE_EXTRA_CA_CERTS: at('ca.pem') }, 'trusting');
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(proxy.asked).toEqual([{ target: 'images.example:443', authorization: undefined }]);
    });

    it('brings nothing with any other', async () => {
      expect(await download({}, 'careful')).toMatch(/^download-/);
    });
  },
);

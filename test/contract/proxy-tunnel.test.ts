import { execa } from 'execa';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPrograms } from '../image/support/programs.ts';
import { makeScratch } from '../image/support/test-image.ts';
import { startHttpsServer, type HttpsServer } from './support/https-server.ts';
import { startTestProxy, type TestProxy } from './support/test-proxy.ts';

/** Downloads in a process of its own: Node reads NODE_EXTRA_CA_CERTS when it starts. */
const downloader = `
import { ensureDownload } from '${new URL('../../dist/base/host/download/ensure-download.js', import.meta.url).href}';
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
    let server: HttpsServer;
    let proxy: TestProxy;

    beforeAll(async () => {
      server = await startHttpsServer(scratch.path, 'images.example', content);
      proxy = await startTestProxy({ 'images.example:443': server.port });
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

    it('brings nothing with any other, and says so at once', async () => {
      const began = Date.now();
      expect(await download({}, 'careful')).toBe('download-untrusted');
      // Trying again takes half a minute.
      expect(Date.now() - began).toBeLessThan(25_000);
    });

    it.skipIf(missingPrograms(['faketime']).length > 0)(
      'brings nothing where the clock stands in 1970',
      async () => {
        const { stdout } = await execa('faketime', ['1970-01-02', 'env']);
        const preload = /^LD_PRELOAD=(.*)$/m.exec(stdout)?.[1] ?? '';
        const past = { LD_PRELOAD: preload, FAKETIME: '@1970-01-02 00:00:00' };
        expect(await download({ ...past, NODE_EXTRA_CA_CERTS: at('ca.pem') }, 'past')).toBe(
          'download-untrusted',
        );
      },
    );
  },
);

import { join } from 'node:path';
import { downloadByUrl } from '../../../../builder/base/host/download/download-by-url.ts';
import { ensureDownload } from '../../../../builder/base/host/download/ensure-download.ts';
import { fetchDocument } from '../../../../builder/base/host/download/fetch-document.ts';
import { findImage, type VendorImage } from '../../../../builder/base/host/download/find-image.ts';
import { proxyFor } from '../../../../builder/system/proxy-for.ts';
import { silentProgress } from '../../../../builder/system/host/progress.ts';
import { startHttpsServer } from '../../support/https-server.ts';
import { startMisbehavingServer, type MisbehavingServer } from '../../support/misbehaving-server.ts';
import type { MessageCase, MessageCases } from '../message-case.ts';

// A busy machine is no stalled server.
const patience = { stallSeconds: 20, attempts: 2, pauseSeconds: 0.01 };
const digest = { algorithm: 'sha256', hex: '0'.repeat(64) } as const;
const optionsIn = (directory: string, stallSeconds = patience.stallSeconds) => ({
  cacheDirectory: join(directory, 'cache'),
  progress: silentProgress,
  patience: { ...patience, stallSeconds },
});

async function withServer<T>(use: (server: MisbehavingServer) => Promise<T>): Promise<T> {
  const server = await startMisbehavingServer();
  server.files.set('image.xz', Buffer.alloc(250_000, 'x'));
  server.files.set('SHA256SUMS', Buffer.from(`${'1'.repeat(64)}  other.img.xz\n`));
  server.files.set('LARGE', Buffer.alloc(5_000_000, 'x'));
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

/** The port is another one each time. */
const varies = [[/127\.0\.0\.1:\d+/g, '127.0.0.1:8080']] as const;

/** A download from a server that does what `behaviour` says. */
function download(behaviour: string, when: string, stallSeconds?: number): MessageCase {
  return {
    when,
    varies,
    provoke: (directory) =>
      withServer((server) =>
        ensureDownload(
          { name: 'image.xz', urls: [`${server.url}/${behaviour}/image.xz`], digest },
          optionsIn(directory, stallSeconds),
        ),
      ),
  };
}

/** A publisher's image whose digest is in a list of checksums. */
const listedImage = (directory: string): VendorImage => ({
  file: 'image.img.xz',
  checksums: 'SHA256SUMS',
  directories: [directory],
  container: 'xz',
  layout: { table: 'mbr' },
});

export const downloadCases: MessageCases = {
  'download-missing.gone': download('gone', 'A server no longer has the file.'),
  'download-refused.forbidden': download('forbidden', 'A server does not give the file to programs.'),
  'download-wrong-digest.corrupt': download('corrupt', 'A download is complete and has the wrong checksum.'),
  'download-cut.short': download('short', 'The connection breaks off, again and again.'),
  'download-wrong-length.long': download('long', 'A server sends more than it announced.'),
  'download-stalled.silent': download('silent', 'A server takes the request and sends nothing.', 0.3),
  'download-server-busy.always': download('busy', 'A server is overloaded, and stays so.'),
  'download-unreachable.closed': {
    when: 'There is no connection to the server.',
    varies: [...varies, [/\n {4}.*ECONNREFUSED.*/g, '\n    connect ECONNREFUSED 127.0.0.1:8080']],
    provoke: async (directory) => {
      const url = await withServer(async (server) => Promise.resolve(server.url));
      return await ensureDownload(
        { name: 'image.xz', urls: [`${url}/plain/image.xz`], digest },
        optionsIn(directory),
      );
    },
  },
  'download-untrusted.self-signed': {
    when: 'A server shows a certificate that is not valid today, or of an authority that this machine does not know.',
    varies,
    provoke: async (directory) => {
      const server = await startHttpsServer(directory, 'localhost', Buffer.alloc(0));
      const url = `https://127.0.0.1:${server.port}/image.xz`;
      try {
        return await ensureDownload({ name: 'image.xz', urls: [url], digest }, optionsIn(directory));
      } finally {
        await server.close();
      }
    },
  },
  'proxy-unusable.socks': {
    when: 'The environment names a proxy that dlimage cannot use.',
    provoke: () => {
      proxyFor(new URL('https://images.example/'), { https_proxy: 'socks5://127.0.0.1:1080' });
      return Promise.resolve();
    },
  },
  'download-redirect.to-a-file': download(
    'to-a-file',
    'A server sends dlimage to something that is not the web.',
  ),
  'download-offline.digest': {
    when: 'A file whose digest is known is not in the cache, with `--offline`.',
    provoke: (directory) =>
      ensureDownload({ name: 'image.xz', urls: [], digest }, { ...optionsIn(directory), isOffline: true }),
  },
  'download-offline.url': {
    when: 'A URL was never downloaded, with `--offline`.',
    provoke: (directory) =>
      downloadByUrl('https://example.org/image.xz', { ...optionsIn(directory), isOffline: true }),
  },
  'download-offline.publisher': {
    when: "A publisher's image was never downloaded, with `--offline`.",
    provoke: (directory) =>
      findImage('ubuntu-24.04 for pi4', listedImage('https://example.org/'), {
        ...optionsIn(directory),
        isOffline: true,
      }),
  },
  'download-not-listed.renamed': {
    when: "A publisher's list of checksums no longer has the image.",
    varies,
    provoke: (directory) =>
      withServer((server) =>
        findImage('ubuntu-24.04 for pi4', listedImage(`${server.url}/plain/`), optionsIn(directory)),
      ),
  },
  'download-wrong-length.list': {
    when: 'Something else answers where a list of checksums should be.',
    varies,
    provoke: () => withServer((server) => fetchDocument(`${server.url}/plain/LARGE`, patience, undefined)),
  },
};

import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureUserImage } from '../../builder/base/host/user-image.ts';
import { downloadByUrl } from '../../builder/base/host/download/download-by-url.ts';
import { removeDownload } from '../../builder/base/host/download/remove-download.ts';
import {
  downloadPath,
  ensureDownload,
  type DownloadOptions,
} from '../../builder/base/host/download/ensure-download.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { HostError } from '../../builder/report/errors.ts';
import { makeScratch } from '../image/support/test-image.ts';
import { startTestProxy, type TestProxy } from './support/test-proxy.ts';
import { startMisbehavingServer, type MisbehavingServer } from './support/misbehaving-server.ts';

const content = randomBytes(250_000);
const digest = { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') } as const;
const scratch = makeScratch();
const cacheDirectory = `${scratch.path}/cache`;
const notes: string[] = [];
const options: DownloadOptions = {
  cacheDirectory,
  progress: { ...silentProgress, note: (text) => notes.push(text) },
  patience: { stallSeconds: 0.5, attempts: 3, pauseSeconds: 0.01 },
};
let server: MisbehavingServer;

beforeAll(async () => {
  server = await startMisbehavingServer();
  server.files.set('image.xz', content);
});
afterEach(() => {
  rmSync(cacheDirectory, { recursive: true, force: true });
  notes.length = 0;
});
afterAll(async () => {
  await server.close();
  scratch.cleanUp();
});

const urlOf = (behaviour: string): string => `${server.url}/${behaviour}/image.xz`;
const get = (...behaviours: string[]): Promise<string> =>
  ensureDownload({ name: 'image.xz', urls: behaviours.map(urlOf), digest }, options);
const askedFor = (behaviour: string) => server.asked.filter(({ path }) => path.startsWith(`/${behaviour}/`));

async function failureOf(promise: Promise<unknown>): Promise<HostError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HostError)) throw new Error('it did not fail as it should', { cause: error });
  return error;
}

/** What lies in the cache under the name that says it has been verified. */
function cached(): string[] {
  const names = readdirSync(`${cacheDirectory}/downloads`);
  return names.filter((name) => /^sha\d+-[0-9a-f]+$/.test(name));
}

describe('a download', () => {
  it.each(['plain', 'cut', 'no-ranges', 'changed', 'slow', 'busy', 'moved'])(
    'arrives whole from a server that is %s',
    async (behaviour) => {
      const path = await get(behaviour);
      expect(path).toBe(downloadPath(cacheDirectory, digest));
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(readdirSync(`${cacheDirectory}/downloads`).filter((name) => name.includes('.part'))).toEqual([]);
    },
  );

  it('goes on where it was cut, and only while the file is the same', () => {
    expect(askedFor('cut').map(({ range }) => range)).toEqual([
      undefined,
      ...[60_000, 120_000, 180_000, 240_000].map((start) => `bytes=${start}-`),
    ]);
    expect(askedFor('cut').at(-1)?.ifRange).toBe('"1"');
    expect(askedFor('changed')[1]).toMatchObject({ range: 'bytes=60000-', ifRange: '"old"' });
  });

  it('is made once', async () => {
    const path = await get('plain');
    const before = server.asked.length;
    expect(await get('plain')).toBe(path);
    expect(await ensureDownload({ name: 'x', urls: [], digest }, { ...options, isOffline: true })).toBe(path);
    expect(server.asked.length).toBe(before);
  });

  it.each([
    ['gone', 'download-missing', /does not have image\.xz \(HTTP 404\)/],
    ['forbidden', 'download-refused', /refuses to give image\.xz \(HTTP 403\)/],
    ['corrupt', 'download-wrong-digest', /its checksum is wrong/],
    ['short', 'download-cut', /broke off|only a part/],
    ['long', 'download-wrong-length', /more of image\.xz than 10 bytes/],
    ['stalled', 'download-stalled', /sent next to nothing for 0\.5 s/],
    ['silent', 'download-stalled', /sent next to nothing for 0\.5 s/],
    ['drip', 'download-stalled', /sent next to nothing for 0\.5 s/],
    ['wrong-range', 'download-cut', /only a part|broke off/],
    ['too-large', 'disk-full', /no space left/],
    ['to-a-file', 'download-redirect', /redirects to file:, which is not the web/],
    ['to-nowhere', 'download-redirect', /redirects to what is no URL/],
    ['circle', 'download-redirect', /redirects in a circle/],
  ])(
    'from a server that is %s says why it failed, and leaves nothing that could be used',
    async (behaviour, id, message) => {
      const error = await failureOf(get(behaviour));
      expect([error.id, error.message]).toEqual([id, expect.stringMatching(message)]);
      expect(error.hint).toMatch(/\w/);
      expect(cached()).toEqual([]);
    },
  );

  it('from no server at all is told', async () => {
    const closed = await startMisbehavingServer();
    await closed.close();
    const error = await failureOf(
      ensureDownload({ name: 'image.xz', urls: [`${closed.url}/plain/image.xz`], digest }, options),
    );
    expect([error.id, error.message]).toEqual([
      'download-unreachable',
      expect.stringContaining('no connection to 127.0.0.1'),
    ]);
  });

  it('takes the next mirror, with what the first has given', async () => {
    expect(readFileSync(await get('short', 'plain')).equals(content)).toBe(true);
    expect(askedFor('plain').at(-1)?.range).toBe('bytes=1000-');
    expect(notes.join('\n')).toContain('trying another mirror');
    rmSync(cacheDirectory, { recursive: true });
    expect(readFileSync(await get('corrupt', 'gone', 'plain')).equals(content)).toBe(true);
  });

  it('that no mirror gives is told of all of them', async () => {
    const error = await failureOf(get('gone', 'forbidden'));
    expect(error.id).toBe('download-missing');
    expect(error.details.join('\n')).toContain('mirror: 127.0.0.1');
  });

  it('is not begun offline', async () => {
    const before = server.asked.length;
    const error = await failureOf(
      ensureDownload({ name: 'image.xz', urls: [urlOf('plain')], digest }, { ...options, isOffline: true }),
    );
    expect(error.id).toBe('download-offline');
    expect(server.asked.length).toBe(before);
  });

  it('may be interrupted', async () => {
    const controller = new AbortController();
    const begun = get.bind(undefined);
    const running = ensureDownload(
      { name: 'image.xz', urls: [urlOf('slow')], digest },
      { ...options, signal: controller.signal },
    );
    setTimeout(() => controller.abort(new Error('enough')), 120);
    await expect(running).rejects.toThrow('enough');
    expect(cached()).toEqual([]);
    expect(readFileSync(await begun('plain')).equals(content)).toBe(true);
  });
});

describe('a request that has failed', () => {
  it('keeps nothing of the process waiting', async () => {
    const { ask } = await import('../../builder/base/host/download/request.ts');
    const { repeatedly } = await import('../../builder/base/host/download/repeat.ts');
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const patient = { ...options.patience!, stallSeconds: 60 };
    await failureOf(
      ensureDownload({ name: 'image.xz', urls: [urlOf('gone')], digest }, { ...options, patience: patient }),
    );
    await repeatedly(patient, undefined, async () =>
      (await ask({ url: urlOf('plain'), patience: patient })).close(),
    );
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before);
  });
});

describe('a download through a proxy', () => {
  const variables = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'no_proxy'];
  const kept = new Map(variables.map((name) => [name, process.env[name]]));
  let proxy: TestProxy;
  beforeAll(async () => {
    proxy = await startTestProxy();
  });
  afterEach(() => {
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    proxy.asked.length = 0;
  });
  afterAll(() => proxy.close());

  it.each(['http_proxy', 'HTTP_PROXY'])('comes as %s says, and goes on where it was cut', async (name) => {
    process.env[name] = proxy.url.replace('http://', 'http://me:secret@');
    expect(readFileSync(await get('cut')).equals(content)).toBe(true);
    expect(proxy.asked.length).toBeGreaterThan(2);
    expect(proxy.asked[0]).toEqual({
      target: urlOf('cut'),
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
    });
  });

  it('asks for a tunnel to an https server', async () => {
    process.env['https_proxy'] = proxy.url;
    const url = 'https://images.example/image.xz';
    await failureOf(ensureDownload({ name: 'image.xz', urls: [url], digest }, options));
    expect(proxy.asked[0]?.target).toBe('images.example:443');
  });

  it('goes round it as no_proxy says', async () => {
    process.env['http_proxy'] = proxy.url;
    process.env['no_proxy'] = 'localhost,127.0.0.1';
    expect(readFileSync(await get('plain')).equals(content)).toBe(true);
    expect(proxy.asked).toEqual([]);
  });
});

describe('a download that nothing verifies', () => {
  it('shows no login of its URL, whether it fails or not', async () => {
    const url = urlOf('gone').replace('://', '://me:geheim@');
    const title = { definitionName: 'image.xz', platform: 'pc', architecture: 'amd64' } as const;
    const download = (sha256: string | null) => ensureUserImage({ from: 'url', url, sha256 }, title, options);
    for (const sha256 of [null, digest.hex]) {
      const { message, details } = await failureOf(download(sha256));
      expect([message, ...details].join('\n')).toContain('://*********@');
    }
    await downloadByUrl(urlOf('plain').replace('://', '://me:geheim@'), options);
    expect(notes.join('\n')).toContain('://*********@');
    expect(notes.join('\n')).not.toContain('geheim');
  });

  it('is kept as it was, and its digest is told', async () => {
    const { path, sha256 } = await downloadByUrl(urlOf('plain'), options);
    expect(sha256).toBe(digest.hex);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(notes.join('\n')).toContain(`--sha256 ${digest.hex}`);
    server.files.set('image.xz', Buffer.from('something else'));
    expect(await downloadByUrl(urlOf('plain'), { ...options, isOffline: true })).toEqual({ path, sha256 });
    server.files.set('image.xz', content);
    await removeDownload(options.cacheDirectory, basename(path));
    expect(readdirSync(dirname(path)).filter((name) => /^(?:url|sha256)-/.test(name))).toEqual([]);
  });
});

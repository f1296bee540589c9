import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VendorDefinition } from '../../builder/cluster/model/base-traits.ts';
import { removeBase } from '../../builder/base/host/base-cache.ts';
import { ensureVendorBase } from '../../builder/base/host/vendor-base.ts';
import type { DownloadOptions } from '../../builder/base/host/download/ensure-download.ts';
import { findImage, type VendorImage } from '../../builder/base/host/download/find-image.ts';
import { packageRoot } from '../../builder/system/host/package-root.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { missingPrograms, run } from '../image/support/programs.ts';
import { buildTestImage, makeScratch, usualImage } from '../image/support/test-image.ts';
import { startMisbehavingServer, type MisbehavingServer } from './support/misbehaving-server.ts';

const programs = ['gpg', 'gpgv', 'xz', 'sfdisk', 'mkfs.vfat', 'mcopy', 'mke2fs', 'debugfs', 'e2fsck'];
const scratch = makeScratch();
const notes: string[] = [];
const options: DownloadOptions = {
  cacheDirectory: `${scratch.path}/cache`,
  progress: { ...silentProgress, note: (text) => notes.push(text) },
  patience: { stallSeconds: 5, attempts: 2, pauseSeconds: 0.01 },
};
let server: MisbehavingServer;

/** Makes a key, and gives its public half in a file. */
function makeKey(name: string, expiry = 'never', at: readonly string[] = []): string {
  gpg(...at, '--quick-generate-key', `${name} <${name}@images.example>`, 'ed25519', 'sign', expiry);
  const path = `${scratch.path}/${name}.gpg`;
  writeFileSync(path, gpg('--export', name));
  return path;
}

function gpg(...args: readonly string[]): Buffer {
  return run('gpg', [
    '--homedir',
    `${scratch.path}/gnupg`,
    '--batch',
    '--quiet',
    '--passphrase',
    '',
    '--pinentry-mode',
    'loopback',
    '--yes',
    ...args,
  ]);
}

function sign(name: string, text: string, at: readonly string[] = []): Buffer {
  writeFileSync(`${scratch.path}/text`, text);
  gpg(
    ...at,
    '--local-user',
    name,
    '--detach-sign',
    '--output',
    `${scratch.path}/text.sig`,
    `${scratch.path}/text`,
  );
  return readFileSync(`${scratch.path}/text.sig`);
}

function image(keyring: string, more: Partial<VendorImage> = {}): VendorImage {
  return {
    directories: [`${server.url}/plain/`],
    file: 'os-1*.img.xz',
    checksums: 'SHA256SUMS',
    signature: 'SHA256SUMS.gpg',
    keyring,
    container: 'xz',
    layout: { table: 'mbr', boot_label: 'BOOTFS' },
    ...more,
  };
}

describe.skipIf(missingPrograms(programs).length > 0)("a publisher's image", () => {
  let keyring: string;
  let sums: string;
  beforeAll(async () => {
    server = await startMisbehavingServer();
    run('mkdir', ['-m', '700', `${scratch.path}/gnupg`]);
    keyring = makeKey('publisher');
    buildTestImage(usualImage, `${scratch.path}/os.img`, scratch.path);
    run('xz', ['-0', '-T0', `${scratch.path}/os.img`]);
    const packed = readFileSync(`${scratch.path}/os.img.xz`);
    const hex = createHash('sha256').update(packed).digest('hex');
    sums = `${'0'.repeat(64)} *os-1.2.img.xz\n${hex} *os-1.10.img.xz\n`;
    server.files.set('os-1.10.img.xz', packed);
    server.files.set('SHA256SUMS', Buffer.from(sums));
    server.files.set('SHA256SUMS.gpg', sign('publisher', sums));
  });
  afterAll(async () => {
    run('gpgconf', ['--homedir', `${scratch.path}/gnupg`, '--kill', 'all']);
    await server.close();
    scratch.cleanUp();
  });

  it('is the newest that the signed list has', async () => {
    const found = await findImage('os one', image(keyring), options);
    expect(found).toMatchObject({ name: 'os-1.10.img.xz', urls: [`${server.url}/plain/os-1.10.img.xz`] });
  });

  it.each([
    ['signature-bad', 'is not what was signed', () => sign('publisher', `${sums}x`)],
    [
      'signature-key-unknown',
      'with a key that dlimage does not have',
      () => (makeKey('stranger'), sign('stranger', sums)),
    ],
    ['signature-unreadable', 'gpgv cannot read', () => Buffer.from('<html>')],
  ])('is refused with %s', async (id, message, signature) => {
    server.files.set('bad.gpg', signature());
    await expect(
      findImage('os bad', image(keyring, { signature: 'bad.gpg' }), options),
    ).rejects.toMatchObject({
      id,
      message: expect.stringContaining(message),
    });
  });

  it('is refused when the key has expired', async () => {
    const past = ['--faked-system-time', '20200101T000000'];
    const expired = makeKey('expired', '20210101T000000', past);
    server.files.set('expired.gpg', sign('expired', sums, past));
    await expect(
      findImage('os expired', image(expired, { signature: 'expired.gpg' }), options),
    ).rejects.toMatchObject({
      id: 'signature-key-expired',
    });
  });

  it('is refused when it is not listed, or the list or its signature is gone', async () => {
    await expect(
      findImage('os two', image(keyring, { file: 'os-2*.img.xz' }), options),
    ).rejects.toMatchObject({
      id: 'download-not-listed',
    });
    for (const missing of ['checksums', 'signature']) {
      await expect(
        findImage('os three', image(keyring, { [missing]: 'GONE' }), options),
      ).rejects.toMatchObject({
        id: 'download-missing',
        message: expect.stringContaining('does not have GONE'),
      });
    }
  });

  it('is what the list said last when there is no network, and nothing when there never was one', async () => {
    const closed = { directories: ['http://127.0.0.1:9/'] as [string] };
    const found = await findImage('os one', image(keyring, closed), options);
    expect(found.name).toBe('os-1.10.img.xz');
    expect(notes.at(-1)).toContain('os one is taken as it was last time: os-1.10.img.xz');
    expect((await findImage('os one', image(keyring, closed), { ...options, isOffline: true })).name).toBe(
      found.name,
    );
    await expect(findImage('os never', image(keyring, closed), options)).rejects.toMatchObject({
      id: 'download-unreachable',
    });
    await expect(
      findImage('os never', image(keyring), { ...options, isOffline: true }),
    ).rejects.toMatchObject({
      id: 'download-offline',
    });
  });

  it('becomes a base: downloaded, verified, unpacked, examined, and once only', async () => {
    const definition: VendorDefinition = {
      description: 'OS 1',
      vendor: {
        publisher: 'Somebody',
        boot_mount: '/boot',
        seed: 'boot-label',
        network: { version: 2, renderer: 'networkd' },
        interfaces: 'kernel',
        growth: 'cloud-init',
        packages: [],
        images: { 'raspberry-pi-arm64': image(keyring) },
      },
      software: { cloud_init: '25.1', docker: '26.1', keepalived: '2.3' },
    };
    const request = {
      definitionName: 'os-1',
      definition,
      platform: 'raspberry-pi',
      architecture: 'arm64',
    } as const;
    const downloads = `${options.cacheDirectory}/downloads`;
    const base = await ensureVendorBase(request, options);
    expect(base).toMatchObject({ definitionName: 'os-1', origin: 'os-1.10.img.xz', table: 'mbr' });
    expect(base.partitions.map(({ role, filesystem, label }) => [role, filesystem, label])).toEqual([
      ['boot', 'fat32', 'BOOTFS'],
      ['root', 'ext4', expect.any(String)],
    ]);
    run('e2fsck', ['-fn', `${base.imagePath}?offset=${base.partitions[1]?.offsetBytes}`]);
    const asked = server.asked.length;
    expect((await ensureVendorBase(request, { ...options, isOffline: true })).key).toBe(base.key);
    expect(server.asked.length).toBe(asked);

    expect(readdirSync(downloads)).toContain(base.download);
    expect(await removeBase(options.cacheDirectory, base.key)).toBe(true);
    expect(readdirSync(downloads)).not.toContain(base.download);

    const other = { ...image(keyring), layout: { table: 'mbr', boot_label: 'system-boot' } } as const;
    const wrong = {
      ...definition,
      vendor: { ...definition.vendor, images: { 'raspberry-pi-arm64': other } },
    };
    await expect(
      ensureVendorBase({ ...request, definitionName: 'os-x', definition: wrong }, options),
    ).rejects.toMatchObject({
      id: 'base-not-as-defined',
      message: expect.stringContaining('its label of the boot partition is BOOTFS, not system-boot'),
    });
  });
});

describe.skipIf(missingPrograms(['gpg']).length > 0)('the keys of publishers', () => {
  // Both are in Ubuntu's package ubuntu-keyring. Source: https://ubuntu.com/tutorials/how-to-verify-ubuntu
  it.each([
    ['ubuntu-cdimage.gpg', '843938DF228D22F7B3742BC0D94AA3F0EFE21092'],
    ['ubuntu-cloudimage.gpg', 'D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81'],
  ])('%s has the one key with the fingerprint that its publisher tells', (name, fingerprint) => {
    const keys = run('gpg', [
      '--batch',
      '--with-colons',
      '--show-keys',
      `${packageRoot}/profiles/bases/keys/${name}`,
    ]).toString();
    expect([...keys.matchAll(/^fpr:+(\w+):/gm)].map((match) => match[1])).toEqual([fingerprint]);
  });
});

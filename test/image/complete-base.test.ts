import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { hashFile } from '../../builder/system/host/hash-file.ts';
import { completeBase, type CompleteBase } from '../../builder/base/host/complete/complete-base.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { readAssets } from '../../builder/node/host/read-assets.ts';
import type { Dependency } from '../../builder/system/debian-packages/dependency.ts';
import { HostError } from '../../builder/report/errors.ts';
import { servePackages, type PackageArchive } from './support/package-archive.ts';
import { missingPrograms, run } from './support/programs.ts';
import { makeScratch } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const rootOffset = mebibyte;

const missing = missingPrograms(['apt-get', 'dpkg-deb', 'gpg', 'mke2fs', 'debugfs', 'sfdisk']);
let scratch: ReturnType<typeof makeScratch>;
let archive: PackageArchive;
let strangers: PackageArchive;

/** An image that has a dpkg with some packages, and one archive. */
function makeImage(
  name: string,
  { uri, keyring, rootMb = 120 }: { uri: string; keyring: Buffer; rootMb?: number },
): string {
  const tree = join(scratch.path, `${name}.tree`);
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), content);
  };
  const installed = (packageName: string, more = '') =>
    `Package: ${packageName}\nStatus: install ok installed\nMaintainer: x\nArchitecture: arm64\nVersion: 1\n${more}Description: x\n`;
  put('etc/os-release', 'PRETTY_NAME="Test 1 (one)"\n');
  put('etc/apt/sources.list', `deb [signed-by=/usr/share/keyrings/test.gpg] ${uri} ./\n`);
  put('usr/share/keyrings/test.gpg', keyring);
  put('var/lib/dpkg/arch', 'arm64\n');
  put(
    'var/lib/dpkg/status',
    [installed('dpkg'), installed('old-clock', 'Provides: clock\n'), installed('jq')].join('\n'),
  );
  mkdirSync(join(tree, 'etc/systemd/system'), { recursive: true });
  const path = join(scratch.path, `${name}.img`);
  writeFileSync(path, '');
  truncateSync(path, (rootMb + 2) * mebibyte);
  run('sfdisk', ['-q', path], `label: dos\nstart=2048,size=${rootMb * 2048},type=83\n`);
  run('mke2fs', [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-E',
    `offset=${rootOffset}`,
    '-d',
    tree,
    path,
    `${rootMb * 1024}k`,
  ]);
  rmSync(tree, { recursive: true });
  return path;
}

async function complete(path: string, wanted: readonly Dependency[], cache = 'cache'): Promise<CompleteBase> {
  const assets = await readAssets({ files: [], images: [], stacks: [] } as never);
  const told = { definitionName: 'test', platform: 'raspberry-pi', architecture: 'arm64' };
  const base = { image: await readBaseImage(path), sha256: await hashFile(path), told, wanted, assets };
  const options = { cacheDirectory: join(scratch.path, cache), progress: silentProgress };
  return await completeBase(
    {
      ...base,
      archive: { moved: [], isExpired: false },
      boot: { commandLine: [], config: [], dtoverlays: [] },
    },
    options,
  );
}

async function failure(path: string, wanted: readonly Dependency[], cache: string): Promise<HostError> {
  const error: unknown = await complete(path, wanted, cache).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HostError);
  return error as HostError;
}

function debugfs(image: string, command: string): string {
  return run('debugfs', ['-R', command, `${image}?offset=${rootOffset}`]).toString();
}

describe.skipIf(missing.length > 0)('a base without the packages that nodes need', () => {
  const wanted: Dependency[] = [['engine', 'other-engine'], ['jq'], ['new-clock']];

  beforeAll(async () => {
    scratch = makeScratch();
    const packages = [
      { name: 'engine', version: '1:2-3', depends: 'engine-parts (>= 2)' },
      { name: 'engine-parts', version: '2' },
      { name: 'new-clock', version: '4', conflicts: 'clock' },
      { name: 'lost', version: '1', depends: 'nowhere' },
    ];
    archive = await servePackages(join(scratch.path, 'ours'), packages);
    strangers = await servePackages(join(scratch.path, 'strangers'), packages);
  });
  afterAll(async () => {
    await archive.close();
    await strangers.close();
    scratch.cleanUp();
  });

  describe('with an archive that has them', () => {
    let base: CompleteBase;
    let source: string;
    beforeAll(async () => {
      source = makeImage('usual', archive);
      base = await complete(source, wanted);
    });

    it('holds what is missing, with what that needs, and nothing that is there', () => {
      const list = debugfs(base.image.path, 'cat /var/lib/dlimage/packages/list')
        .trim()
        .split('\n')
        .toSorted();
      expect(list).toEqual(['engine 1:2-3', 'engine-parts 2', 'new-clock 4']);
    });

    it('holds packages that dpkg can read', () => {
      const names = debugfs(base.image.path, 'ls -p /var/lib/dlimage/packages').match(/[\w-]+\.deb/g) ?? [];
      expect(names).toHaveLength(3);
      for (const name of names) {
        const file = join(scratch.path, name);
        debugfs(base.image.path, `dump /var/lib/dlimage/packages/${name} ${file}`);
        expect(name).toContain(run('dpkg-deb', ['--field', file, 'Package']).toString().trim());
      }
    });

    it('starts into its installation, and is a clean file system', () => {
      expect(debugfs(base.image.path, 'stat /system-update')).toContain('"/var/lib/dlimage/packages"');
      expect(debugfs(base.image.path, 'stat /usr/lib/dlimage/install-packages')).toContain('Mode:  0755');
      run('e2fsck', ['-fn', `${base.image.path}?offset=${rootOffset}`]);
    });

    it('tells which packages a node will have', () => {
      const names = base.packages.map(({ name, version }) => `${name} ${version}`);
      expect(names).toEqual(['dpkg 1', 'engine 1:2-3', 'engine-parts 2', 'jq 1', 'new-clock 4']);
    });

    it('is taken from the cache next time, also when the archive has other packages', async () => {
      archive.answer('/InRelease', Buffer.from('gone'));
      expect(await complete(source, wanted)).toEqual(base);
      archive.answer('/InRelease', undefined);
    });

    it('leaves the image itself as it is', () => {
      expect(debugfs(source, 'ls /')).not.toContain('system-update');
      expect(readFileSync(source).equals(readFileSync(base.image.path))).toBe(false);
    });
  });

  it('is the image itself when nothing is missing', async () => {
    const path = makeImage('whole', archive);
    const base = await complete(path, [['jq'], ['no-such-clock', 'clock']]);
    expect(base.image.path).toBe(path);
    expect(base.packages.map(({ name }) => name)).toEqual(['dpkg', 'jq', 'old-clock']);
  });

  it('says which package the release does not have', async () => {
    const error = await failure(makeImage('usual', archive), [['jq'], ['no-such-package']], 'unavailable');
    expect(error.id).toBe('package-unavailable');
    expect(error.message).toBe('Test 1 (one), arm64 has no package no-such-package');
  });

  it('says, with the words of apt, what stands in the way of a package', async () => {
    const error = await failure(makeImage('usual', archive), [['lost']], 'unresolvable');
    expect(error.id).toBe('packages-unresolvable');
    expect(error.details.join('\n')).toContain('nowhere');
  });

  it('says that an archive does not answer', async () => {
    const nobody = { ...archive, uri: 'http://127.0.0.1:9/' };
    const error = await failure(makeImage('nobody', nobody), wanted, 'nobody');
    expect(error.id).toBe('mirror-unreachable');
    expect(error.details.join('\n')).toContain('127.0.0.1:9');
  });

  it('takes nothing from an archive that others have signed', async () => {
    const error = await failure(
      makeImage('stranger', { ...archive, uri: strangers.uri }),
      wanted,
      'stranger',
    );
    expect(error.id).toBe('archive-not-trusted');
  });

  it('takes no package that is not the one its archive lists', async () => {
    archive.answer('/engine-parts_2_all.deb', Buffer.from('!<arch>\nnot the package'));
    const error = await failure(makeImage('usual', archive), wanted, 'damaged');
    archive.answer('/engine-parts_2_all.deb', undefined);
    expect(error.id).toBe('package-damaged');
  });

  it('uses again what an attempt before has downloaded', async () => {
    const { packages } = await complete(makeImage('usual', archive), wanted, 'damaged');
    expect(packages.map(({ name }) => name)).toContain('engine');
  });

  it('grows where they do not fit', async () => {
    const base = await complete(makeImage('small', { ...archive, rootMb: 40 }), wanted, 'small');
    expect(base.image.root.sizeBytes).toBeGreaterThan(96 * mebibyte);
    run('e2fsck', ['-fn', `${base.image.path}?offset=${rootOffset}`]);
    expect(debugfs(base.image.path, 'cat /var/lib/dlimage/packages/list')).toContain('engine 1:2-3');
  });
});

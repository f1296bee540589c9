import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { unpackContainer, type UnpackOptions } from '../../builder/image/packing/host/unpack-container.ts';
import { HostError } from '../../builder/report/errors.ts';
import { missingPrograms, run } from './support/programs.ts';
import { makeScratch } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const programs = ['xz', 'zstd', 'gzip', 'bzip2', '7zz', 'tar', 'bsdtar', 'qemu-img'];

describe.skipIf(missingPrograms(programs).length > 0)('an archive as people have it', () => {
  const scratch = makeScratch();
  const at = (name: string): string => join(scratch.path, name);
  const shell = (line: string): void => void run('sh', ['-ec', `cd '${scratch.path}' && ${line}`]);
  const target = at('unpacked/disk.img');
  const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  const unpack = async (name: string, options?: UnpackOptions): Promise<unknown> =>
    await unpackContainer(at(name), target, options).catch((error: unknown) => error);

  beforeAll(() => {
    mkdirSync(at('unpacked'));
    mkdirSync(at('in'));
    writeFileSync(at('disk.raw'), '');
    truncateSync(at('disk.raw'), 6 * mebibyte);
    const file = openSync(at('disk.raw'), 'r+');
    for (const offset of [0, 2 * mebibyte + 3, 6 * mebibyte - 12])
      writeSync(file, `here ${offset}`.slice(0, 12), offset);
    closeSync(file);
    writeFileSync(at('readme.txt'), 'This is no disk image.\n');
  });
  afterEach(() => {
    rmSync(target, { force: true });
  });
  afterAll(() => scratch.cleanUp());

  it.each([
    ['oldgnu', 'tar --format=oldgnu -Scf sparse.tar disk.raw'],
    ['gnu', 'tar --format=gnu -Scf sparse.tar disk.raw'],
    ['pax 0.0', 'tar --format=pax --sparse-version=0.0 -Scf sparse.tar disk.raw'],
    ['pax 0.1', 'tar --format=pax --sparse-version=0.1 -Scf sparse.tar disk.raw'],
    ['pax 1.0', 'tar --format=pax --sparse-version=1.0 -Scf sparse.tar disk.raw'],
    ['bsdtar', 'bsdtar --read-sparse -cf sparse.tar disk.raw'],
    ['oldgnu in gz', 'tar --format=oldgnu -Sczf sparse.tar disk.raw'],
  ])('gives a sparse file its holes: %s', async (_kind, command) => {
    shell(command);
    expect(statSync(at('sparse.tar')).size).toBeLessThan(mebibyte);
    expect(await unpack('sparse.tar')).toBe(`disk.raw in ${at('sparse.tar')}`);
    expect(digest(target)).toBe(digest(at('disk.raw')));
    expect(statSync(target).blocks * 512).toBeLessThan(mebibyte);
  });

  it.each([
    'card image.img',
    'board.wic',
    'board.bin',
    'disk.RAW',
    'a\nb.img',
    'ünï.img',
    'back\\slash [1]*.img',
    '-oe.img',
    '@list.img',
    'host:disk.img',
    '\u0007bell.img',
  ])('finds one called %j: tar', async (name) => {
    copyFileSync(at('disk.raw'), at(`in/${name}`));
    run('tar', ['-C', at('in'), '--force-local', '--no-unquote', '-cf', at('host:one.tar'), '.']);
    expect(await unpack('host:one.tar')).not.toBeInstanceOf(Error);
    expect(digest(target)).toBe(digest(at('disk.raw')));
    rmSync(at(`in/${name}`));
  });

  it.each(['vmdk', 'vdi', 'vhdx', 'qcow2', 'vhd'])(
    'takes a disk of a virtual machine: %s',
    async (ending) => {
      const format = ending === 'vhd' ? 'vpc' : ending;
      const forced = format === 'vpc' ? ['-o', 'force_size=on'] : [];
      run('qemu-img', [
        'convert',
        ...['-f', 'raw', '-O', format, ...forced],
        ...[at('disk.raw'), at(`disk1.${ending}`)],
      ]);
      shell(
        `rm -f vm.zip && 7zz a -tzip vm.zip readme.txt disk1.${ending} && tar -cf vm.tar disk1.${ending}`,
      );
      for (const name of ['vm.zip', 'vm.tar', `disk1.${ending}`]) {
        expect(await unpack(name)).not.toBeInstanceOf(Error);
        const unpacked = readFileSync(target);
        expect(unpacked.subarray(0, 6 * mebibyte).equals(readFileSync(at('disk.raw')))).toBe(true);
        expect(unpacked.subarray(6 * mebibyte).every((byte) => byte === 0)).toBe(true);
        rmSync(target);
      }
    },
  );

  it.each(['qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc'])(
    'is refused when a part is missing: %s',
    async (format) => {
      const forced = format === 'vpc' ? ['-o', 'force_size=on'] : [];
      run('qemu-img', ['convert', '-f', 'raw', '-O', format, ...forced, at('disk.raw'), at('cut-disk')]);
      const { size } = statSync(at('cut-disk'));
      truncateSync(at('cut-disk'), Math.floor(size * 0.6));
      const error = await unpack('cut-disk');
      expect(error).toBeInstanceOf(HostError);
      expect(['image-damaged', 'tool-failed']).toContain((error as HostError).id);
    },
  );

  it('takes the disk of an OVA', async () => {
    const subformat = ['-o', 'subformat=streamOptimized'];
    run('qemu-img', [
      'convert',
      '-O',
      'vmdk',
      ...subformat,
      '-f',
      'raw',
      at('disk.raw'),
      at('vm-disk1.vmdk'),
    ]);
    shell('touch vm.ovf vm.mf && tar --format=ustar -cf vm.ova vm.ovf vm-disk1.vmdk vm.mf');
    expect(await unpack('vm.ova')).toBe(`vm-disk1.vmdk in ${at('vm.ova')}`);
    expect(digest(target)).toBe(digest(at('disk.raw')));
  });

  it('asks which disk of an OVA is meant', async () => {
    shell(
      'qemu-img convert -O vmdk -o subformat=streamOptimized -f raw disk.raw one.vmdk && cp one.vmdk two.vmdk',
    );
    shell('touch vm.ovf && tar --format=ustar -cf two.ova vm.ovf one.vmdk two.vmdk');
    expect(await unpack('two.ova')).toMatchObject({
      id: 'image-container-several',
      details: ['one.vmdk', 'two.vmdk'],
    });
  });

  it.each([
    ['split', 'twoGbMaxExtentSparse', 'split-s001.vmdk'],
    ['flat', 'monolithicFlat', 'flat-flat.vmdk'],
  ])('takes no part of a VMDK for the whole: %s', async (name, subformat, extent) => {
    shell(`qemu-img convert -O vmdk -o subformat=${subformat} -f raw disk.raw ${name}.vmdk`);
    shell(`rm -f ${name}.zip && 7zz a ${name}.zip ${name}.vmdk ${extent}`);
    expect(await unpack(`${name}.zip`)).toMatchObject({
      id: 'image-container-several',
      details: [extent, `${name}.vmdk`],
    });
  });

  it('refuses a VHD that is a layer over another one', async () => {
    run('qemu-img', ['create', '-q', '-f', 'vpc', at('layer.vhd'), '16M']);
    const bytes = readFileSync(at('layer.vhd'));
    bytes[63] = 4;
    writeFileSync(at('layer.vhd'), bytes);
    expect(await unpack('layer.vhd')).toMatchObject({ id: 'image-refers-outside' });
  });

  it.each([
    ['zip', '7zz a -psecret locked.zip disk.raw'],
    ['7z', '7zz a -psecret locked.7z disk.raw'],
    ['7z whose list is locked, too', '7zz a -psecret -mhe=on locked.7z disk.raw'],
    // The method of encryption in its header. Source: qemu, docs/interop/qcow2.txt: "Header", byte 32 to 35.
    [
      'qcow2',
      'qemu-img create -q -f qcow2 locked.qcow2 1M && ' +
        String.raw`printf '\001' | dd of=locked.qcow2 bs=1 seek=35 conv=notrunc status=none`,
    ],
  ])('is not called damaged where it is encrypted: %s', async (kind, command) => {
    shell(`rm -f locked.* && ${command}`);
    expect(await unpack(`locked.${kind.split(' ')[0]}`)).toMatchObject({ id: 'image-encrypted' });
    expect(readdirSync(at('unpacked'))).toEqual([]);
  });

  it.each(['zip', '7z', 'tar'])('asks which of several is meant: %s', async (kind) => {
    shell('cp disk.raw board.img && cp readme.txt recovery.wic && cp readme.txt u-boot.bin');
    const files = 'readme.txt board.img recovery.wic u-boot.bin';
    shell(kind === 'tar' ? `tar -cf two.tar ${files}` : `rm -f two.${kind} && 7zz a two.${kind} ${files}`);
    const error = (await unpack(`two.${kind}`)) as HostError;
    expect(error).toMatchObject({ id: 'image-container-several' });
    expect(error.message).toBe(`there are 2 disk images in ${at(`two.${kind}`)}`);
    expect(error.details.toSorted()).toEqual(['board.img', 'recovery.wic']);
  });

  it.each(['zip', 'tar'])('leaves out what macOS adds, boot loaders, sums and maps: %s', async (kind) => {
    mkdirSync(at('__MACOSX'), { recursive: true });
    shell('cp disk.raw board.img; cp readme.txt __MACOSX/._board.img; cp readme.txt ._board.img');
    shell('cp readme.txt u-boot.bin; cp readme.txt board.img.bmap; cp readme.txt board.img.sha256');
    const files = 'u-boot.bin __MACOSX ._board.img board.img board.img.bmap board.img.sha256';
    shell(kind === 'tar' ? `tar -cf mac.tar ${files}` : `rm -f mac.zip; 7zz a mac.zip ${files}`);
    expect(await unpack(`mac.${kind}`)).toBe(`board.img in ${at(`mac.${kind}`)}`);
    expect(digest(target)).toBe(digest(at('disk.raw')));
  });

  it('knows no link of a tar for an image, and takes the first of one name', async () => {
    rmSync(at('link.img'), { force: true });
    symlinkSync('/etc/hostname', at('link.img'));
    shell('tar -cf link.tar link.img');
    expect(await unpack('link.tar')).toMatchObject({ id: 'image-container-empty' });
    rmSync(at('hard.txt'), { force: true });
    copyFileSync(at('readme.txt'), at('first.txt'));
    linkSync(at('first.txt'), at('hard.img'));
    shell('tar -cf hard.tar first.txt hard.img');
    expect(await unpack('hard.tar')).toMatchObject({ id: 'image-container-empty' });
  });

  it('is given up at once when a sparse file claims more than the limit', async () => {
    shell('truncate -s 1T huge.img && tar -Scf huge.tar huge.img && rm huge.img');
    const started = performance.now();
    expect(await unpack('huge.tar')).toMatchObject({ id: 'image-too-large' });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it.each([
    ['gz', 1024],
    ['gz', 1023],
    ['xz', 1024],
  ] as const)('leaves out zeros behind the stream: %s, %i', async (kind, zeros) => {
    const tool = kind === 'gz' ? 'gzip -c' : 'xz -0c';
    shell(`${tool} disk.raw > padded.${kind}`);
    appendFileSync(at(`padded.${kind}`), Buffer.alloc(zeros));
    const notes: string[] = [];
    expect(await unpack(`padded.${kind}`, { onNote: (text) => notes.push(text) })).not.toBeInstanceOf(Error);
    expect(digest(target)).toBe(digest(at('disk.raw')));
    expect(notes).toEqual([]);
  });

  it('leaves out what a vendor puts behind a gz, and says so', async () => {
    // Two members, as pigz and bgzip write them, then more than one buffer of something else.
    shell(
      'head -c 3000000 disk.raw | gzip -c > signed.gz && tail -c +3000001 disk.raw | gzip -c >> signed.gz',
    );
    appendFileSync(at('signed.gz'), Buffer.alloc(3 * mebibyte, 'signature '));
    const notes: string[] = [];
    expect(await unpack('signed.gz', { onNote: (text) => notes.push(text) })).not.toBeInstanceOf(Error);
    expect(digest(target)).toBe(digest(at('disk.raw')));
    expect(notes).toEqual([expect.stringContaining(`${at('signed.gz')} goes on behind`)]);
  });

  it.each([
    ['xz', 'xz -0c'],
    ['zst', 'zstd -qc'],
    ['bz2', 'bzip2 -c'],
  ])('refuses what its own program refuses behind the stream: %s', async (kind, tool) => {
    shell(`${tool} disk.raw > more.${kind} && echo 'something else' >> more.${kind}`);
    expect(await unpack(`more.${kind}`)).toMatchObject({ id: 'tool-failed' });
  });

  it('names the file in errors, not the step', async () => {
    shell('tar -cf nothing.tar readme.txt && xz -0kf nothing.tar && mv nothing.tar.xz nothing.img.xz');
    expect(await unpack('nothing.img.xz')).toMatchObject({
      message: `there is no disk image in ${at('nothing.img.xz')}`,
    });
    run('qemu-img', [
      'create',
      '-q',
      '-u',
      '-f',
      'qcow2',
      '-F',
      'raw',
      '-b',
      '/etc/hostname',
      at('thin.qcow2'),
      '1M',
    ]);
    shell('rm -f thin.zip; 7zz a -tzip thin.zip thin.qcow2');
    expect(((await unpack('thin.zip')) as HostError).message).toMatch(
      new RegExp(`^thin.qcow2 in ${at('thin.zip')} does not hold`),
    );
  });

  it('is damaged when it is cut: tar', async () => {
    shell('tar -cf whole.tar disk.raw && head -c 3000000 whole.tar > cut.tar');
    expect(await unpack('cut.tar')).toMatchObject({ id: 'image-damaged' });
  });
});

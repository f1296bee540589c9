import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackContainer } from '../../builder/image/packing/host/unpack-container.ts';
import { HostError } from '../../builder/report/errors.ts';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { chooseSeed, randomNumbers } from './support/random.ts';
import { makeScratch } from './support/test-image.ts';

const mebibyte = 1024 * 1024;
const seed = chooseSeed();
const kinds = ['qcow2', 'vmdk', 'vdi', 'vhdx'] as const;

describe.skipIf(missingPrograms(['qemu-img']).length > 0)('the disk of a virtual machine', () => {
  const scratch = makeScratch();
  const at = (name: string) => join(scratch.path, name);
  const secret = at('secret');

  beforeAll(() => {
    writeFileSync(secret, 'of the host '.repeat(100_000).slice(0, mebibyte));
    mkdirSync(at('unpacked'));
    writeFileSync(at('plain.img'), '');
    truncateSync(at('plain.img'), mebibyte);
    for (const kind of kinds) {
      run('qemu-img', ['convert', '-f', 'raw', '-O', kind, at('plain.img'), at(`plain.${kind}`)]);
    }
  });
  afterAll(() => scratch.cleanUp());

  const unpack = async (name: string): Promise<unknown> =>
    await unpackContainer(at(name), join(at('unpacked'), 'disk.img')).then(
      () => undefined,
      (error: unknown) => error,
    );
  const expectOutside = async (name: string, reason: string) => {
    const error = await unpack(name);
    expect(error).toMatchObject({ id: 'image-refers-outside' });
    expect(String(error)).toContain(reason);
    expect(readdirSync(at('unpacked'))).toEqual([]);
  };
  const create = (...args: readonly string[]) => run('qemu-img', ['create', '-q', ...args]);

  it('is not read through a raw backing file', async () => {
    create('-f', 'qcow2', '-b', secret, '-F', 'raw', at('backed.qcow2'));
    await expectOutside('backed.qcow2', 'it is a layer over another image');
  });

  it('is not read through an external data file', async () => {
    create('-f', 'qcow2', '-o', `data_file=${at('data.raw')},data_file_raw=on`, at('data.qcow2'), '1M');
    await expectOutside('data.qcow2', 'its data is in another file');
  });

  it('is not read through the descriptor of a VMDK that claims no capacity', async () => {
    const disk = Buffer.alloc(64 * 1024);
    disk.write('KDMV', 'latin1');
    disk.writeUInt32LE(1, 4);
    disk.writeBigUInt64LE(1n, 28);
    disk.writeBigUInt64LE(20n, 36);
    const descriptor = [
      ...['# Disk DescriptorFile', 'version=1', 'CID=00000001', 'parentCID=ffffffff'],
      ...['createType="monolithicFlat"', `RW 2048 FLAT "${secret}" 0`, ''],
    ];
    disk.write(descriptor.join('\n'), 512, 'latin1');
    writeFileSync(at('flat.vmdk'), disk);
    // Without our look it would be: qemu-img follows the name.
    run('qemu-img', ['convert', '-f', 'vmdk', '-O', 'raw', at('flat.vmdk'), at('leaked')]);
    expect(readFileSync(at('leaked')).equals(readFileSync(secret))).toBe(true);
    await expectOutside('flat.vmdk', 'its data is in other files');
  });

  it('is not read through the parent of a VMDK', async () => {
    create('-f', 'vmdk', at('parent.vmdk'), '1M');
    create('-f', 'vmdk', '-b', at('parent.vmdk'), '-F', 'vmdk', at('child.vmdk'));
    await expectOutside('child.vmdk', 'it is a layer over another image');
  });

  it('is refused by build with exit code 3', async () => {
    const args = ['build', '--profile', 'x86', '--base', 'backed.qcow2', '--cache', at('cache')];
    const result = await runCli(scratch.path, args);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('[image-refers-outside]');
  });

  it('is refused when it says that it is larger than any image', async () => {
    create('-f', 'qcow2', at('huge.qcow2'), '40T');
    expect(await unpack('huge.qcow2')).toMatchObject({ id: 'image-too-large' });
  });

  it.each(kinds)(
    'that is a %s is read under a name that qemu-img would take for a protocol',
    async (kind) => {
      const name = `nbd:{"a,b}=${kind}`;
      run('qemu-img', ['convert', '-f', 'raw', '-O', kind, at('plain.img'), at(`plain.${kind}`)]);
      writeFileSync(at(name), readFileSync(at(`plain.${kind}`)));
      expect(await unpack(name)).toBeUndefined();
      expect(statSync(join(at('unpacked'), 'disk.img')).size).toBe(mebibyte);
      run('rm', [join(at('unpacked'), 'disk.img')]);
    },
  );

  it.each(kinds)(
    'that is a %s is read or refused by name, whatever is changed in its headers',
    async (kind) => {
      const random = randomNumbers(seed);
      const disk = readFileSync(at(`plain.${kind}`));
      for (let round = 0; round < 12; round += 1) {
        const mutant = Buffer.from(disk);
        for (let count = random(4); count >= 0; count -= 1) {
          // The magic number stays: without it the file is a raw disk.
          mutant.writeUInt8(random(256), 8 + random(random(2) === 0 ? 120 : mutant.length - 8));
        }
        writeFileSync(at('mutant'), mutant);
        const outcome = await unpack('mutant');
        if (outcome === undefined) run('rm', [join(at('unpacked'), 'disk.img')]);
        else expect(outcome).toBeInstanceOf(HostError);
        expect(readdirSync(at('unpacked'))).toEqual([]);
      }
    },
  );
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editBootFiles, type BootSettings } from '../../builder/base/host/complete/edit-boot-files.ts';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { runCli } from '../support/run-cli.ts';
import { missingPrograms, run } from './support/programs.ts';
import { buildTestImage, makeScratch, rootOffset, usualImage } from './support/test-image.ts';

const programs = ['sfdisk', 'mkfs.vfat', 'mcopy', 'mke2fs', 'debugfs', 'e2fsck'];
const bootPartition = (image: string) => ['-i', `${image}@@${1024 * 1024}`];

describe.skipIf(missingPrograms(programs).length > 0)('the boot files of a Raspberry Pi', () => {
  const scratch = makeScratch();
  const image = join(scratch.path, 'board.img');
  const vendor = '# the vendor\ndtparam=audio=on\ndtoverlay=some-device-1\n';
  const edit = async (settings: Partial<BootSettings>) => {
    const all = { commandLine: [], config: [], dtoverlays: [], ...settings };
    const entries = await editBootFiles('lab', await readBaseImage(image), all);
    return Object.fromEntries(
      entries.map(({ entry }) => [
        `${entry.partition}:${entry.path}`,
        entry.kind === 'file' && entry.content.from === 'bytes'
          ? new TextDecoder().decode(entry.content.bytes)
          : '',
      ]),
    );
  };

  beforeAll(() => {
    buildTestImage(usualImage, image, scratch.path);
    run('mcopy', ['-o', ...bootPartition(image), '-', '::/config.txt'], vendor);
  });
  afterAll(() => scratch.cleanUp());

  it('get device tree overlays behind what the vendor wrote, but for those that are there', async () => {
    const dtoverlays = ['some-device-3,speed=9', 'some-device-1'];
    expect(await edit({ dtoverlays })).toEqual({
      'boot:/config.txt':
        `${vendor}# Begin of what dlimage added\n[all]\n` +
        'dtoverlay=some-device-3,speed=9\n# End of what dlimage added\n',
    });
    expect(await edit({ dtoverlays: ['some-device-1'] })).toEqual({});
  });

  it('name an overlay that is not on the boot partition', async () => {
    await expect(edit({ dtoverlays: ['some-devise-3', 'other'] })).rejects.toMatchObject({
      name: 'ConfigurationError',
      diagnostics: [
        {
          id: 'dtoverlay-missing',
          message:
            'lab has no device tree overlay some-devise-3: there is no some-devise-3.dtbo on its boot partition',
          hint: 'did you mean some-device-3?',
        },
        {
          id: 'dtoverlay-missing',
          message: expect.stringContaining('lab has no device tree overlay other: '),
        },
      ],
    });
  });

  it('are kept on Debian, whose firmware package makes config.txt again for each kernel', async () => {
    const debian = join(scratch.path, 'debian');
    writeFileSync(debian, 'CMA=0\n');
    const device = `${image}?offset=${rootOffset(usualImage)}`;
    run('debugfs', ['-w', '-R', 'mkdir /etc/default', device]);
    run('debugfs', ['-w', '-R', `write ${debian} /etc/default/raspi-firmware`, device]);
    const edited = await edit({ dtoverlays: ['some-device-3'] });
    expect(edited['root:/etc/default/raspi-firmware-custom']).toBe(
      '# Begin of what dlimage added\n[all]\ndtoverlay=some-device-3\n# End of what dlimage added\n',
    );
  });

  it('are in the image that is built, which is not built again for the same definition', async () => {
    const definition = (overlays: string) =>
      `name: lab\nprofile: pi3\nbase: ./board.img\ncount: 1\nstorage: { type: none }\ndtoverlays: [${overlays}]\n`;
    const build = async (overlays: string) => {
      writeFileSync(join(scratch.path, 'cluster.yaml'), definition(overlays));
      return await runCli(scratch.path, ['build', '--cache', join(scratch.path, 'cache')]);
    };
    const built = await build('some-device-3');
    expect(built.exitCode, built.stderr).toBe(0);
    const node = join(scratch.path, 'out/lab/lab-1.img');
    const config = run('mtype', [...bootPartition(node), '::/config.txt']).toString();
    expect(config).toContain(`${vendor}# Begin of what dlimage added\n[all]\ndtoverlay=some-device-3\n`);
    expect((await build('some-device-3')).stdout).toContain('unchanged');
    expect((await build('lost')).exitCode).toBe(1);
  });

  it('have to be there', async () => {
    run('mdel', [...bootPartition(image), '::/config.txt']);
    expect(await edit({ config: ['enable_uart=1'] })).toEqual({});
    await expect(edit({ dtoverlays: ['some-device-3'] })).rejects.toMatchObject({ id: 'config-txt-missing' });
  });
});

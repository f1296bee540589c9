import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock } from '../../builder/system/host/process-lock.ts';
import { createFileAtomically } from '../../builder/system/host/files.ts';
import { moveUnlessThere } from '../../builder/system/host/move-unless-there.ts';
import { canMountLoop } from '../image/support/kernel-mount.ts';
import { missingPrograms, run } from '../image/support/programs.ts';
import { buildTestImage, usualImage } from '../image/support/test-image.ts';
import { runCli } from '../support/run-cli.ts';

// FAT and exFAT, as sticks and cards have them: no hard links, no owners, no modes.
const scratch = mkdtempSync(join(tmpdir(), 'dlimage-fat-'));
const stick = join(scratch, 'stick');
const at = (name: string) => join(stick, name);

/** How this machine mounts a stick; undefined where it cannot. Kernels of virtual machines have FUSE rather than FAT. */
function howToMount(): 'vfat' | 'exfat-fuse' | undefined {
  if (!canMountLoop()) return undefined;
  if (/\tvfat$/m.test(readFileSync('/proc/filesystems', 'utf8'))) {
    return missingPrograms(['mkfs.vfat']).length === 0 ? 'vfat' : undefined;
  }
  const programs = ['mkfs.exfat', 'mount.exfat-fuse'];
  return process.env['CI'] !== 'true' && missingPrograms(programs).length === 0 ? 'exfat-fuse' : undefined;
}

const how = howToMount();
let device = '';

function mountStick(): void {
  const image = join(scratch, 'stick.img');
  writeFileSync(image, '');
  truncateSync(image, 512 * 1024 * 1024);
  run(how === 'vfat' ? 'mkfs.vfat' : 'mkfs.exfat', [image]);
  device = run('losetup', ['-f', '--show', image]).toString().trim();
  mkdirSync(stick);
  if (how === 'vfat') run('mount', ['-t', 'vfat', device, stick]);
  else run('mount.exfat-fuse', [device, stick]);
}

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a name that is given only once', () => {
  it('goes to one file, and never replaces another', async () => {
    const place = (name: string) => join(scratch, name);
    for (const name of ['one', 'two']) writeFileSync(place(name), name);
    expect(await moveUnlessThere(place('one'), place('-name'))).toBe(true);
    expect(await moveUnlessThere(place('two'), place('-name'))).toBe(false);
    expect(readFileSync(place('-name'), 'utf8')).toBe('one');
    expect(readFileSync(place('two'), 'utf8')).toBe('two');
    await expect(moveUnlessThere(place('two'), place('no/folder'))).rejects.toThrow('no/folder');
  });
});

describe.skipIf(how === undefined)('a stick with FAT or exFAT', () => {
  beforeAll(mountStick);
  afterAll(() => {
    run('umount', [stick]);
    run('losetup', ['-d', device]);
  });

  it('takes a new file whole, once, whoever comes first', async () => {
    const texts = Array.from({ length: 6 }, (_, index) => `text ${index}`);
    const made = await Promise.all(texts.map((text) => createFileAtomically(at('new'), text)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(at('new'), 'utf8')).toBe(texts[made.indexOf(true)]);
    expect(readdirSync(stick)).toEqual(['new']);
  });

  it('holds locks, also after a holder that is gone', async () => {
    const first = await acquireLock(at('.lock'));
    let waited = false;
    const second = acquireLock(at('.lock'), { onWait: () => (waited = true) });
    await expect.poll(() => waited).toBe(true);
    await first.release();
    await (await second).release();
    writeFileSync(at('.lock'), '1');
    await (await acquireLock(at('.lock'))).release();
    expect(readdirSync(stick)).not.toContain('.lock');
  });

  it('takes what a build writes, but no private keys', async () => {
    buildTestImage(usualImage, join(scratch, 'base.img'), scratch);
    const definition = 'name: x\nprofile: pi3\nbase: ./base.img\ncount: 1\n';
    writeFileSync(join(scratch, 'cluster.yaml'), definition);
    const refused = await runCli(scratch, ['build', '--out', at('out'), '--state', at('state')]);
    expect(refused.stderr).toContain('or choose another disk with --state: FAT and exFAT keep no modes');
    expect(readdirSync(at('state/x'))).not.toContain('cluster.json');
    expect(refused.exitCode).toBe(3);
    const { exitCode, stderr } = await runCli(scratch, ['build', '--out', at('out')]);
    expect({ exitCode, errors: stderr.match(/^error.*/gm) }).toEqual({ exitCode: 0, errors: null });
    expect(readdirSync(at('out'))).toContain('x-1.img');
    expect(await runCli(scratch, ['verify', at('out')])).toMatchObject({ exitCode: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packerSeed } from '../../../../builder/make/packer/packer-seed.ts';
import {
  packerDiskBytes,
  packerResults,
  packerVariables,
} from '../../../../builder/make/packer/packer-variables.ts';
import { parsePackerVersion } from '../../../../builder/make/packer/packer-version.ts';
import { defaultCluster } from '../../node/render/support/example-cluster.ts';

describe('a version of Packer', () => {
  it.each([
    ['Packer v1.6.6', { version: '1.6.6', isKnown: true, hasInit: false }],
    ['Packer v1.6.5\n', { version: '1.6.5', isKnown: false, hasInit: false }],
    ['Packer v1.7.0', { version: '1.7.0', isKnown: true, hasInit: true }],
    [
      'Packer v1.14.2\n\nYour version of Packer is out of date!',
      { version: '1.14.2', isKnown: true, hasInit: true },
    ],
    ['Packer v2.0.0', { version: '2.0.0', isKnown: true, hasInit: true }],
    ['Packer v0.12.3', { version: '0.12.3', isKnown: false, hasInit: false }],
    ['some other packer', null],
  ])('%j', (text, expected) => {
    expect(parsePackerVersion(text)).toEqual(expected);
  });
});

describe("Packer's variables", () => {
  const profile = { ...defaultCluster().nodes[0]!.profile, memory_mb: 2048, cpus: 2 };
  const files = {
    image: '/cache/base.img',
    imageSha256: 'ab'.repeat(32),
    ovf: '',
    overlay: '/private/overlay.tar',
    seed: ['/private/seed/user-data', '/private/seed/meta-data'],
    seedIso: '',
    privateKey: '/private/build_key',
    outputDirectory: '/private/results',
    consoleLog: '/private/console.log',
  };
  const variables = (accelerator: 'kvm' | 'tcg') =>
    packerVariables('lab', profile, 4 * 2 ** 30, { accelerator, firmware: '/ovmf/OVMF.fd' }, files);

  it('are all that the template asks for', () => {
    expect(variables('kvm')).toEqual({
      name: 'lab',
      image: '/cache/base.img',
      image_checksum: `sha256:${'ab'.repeat(32)}`,
      ovf: '',
      overlay: '/private/overlay.tar',
      seed: ['/private/seed/user-data', '/private/seed/meta-data'],
      seed_iso: '',
      ssh_private_key_file: '/private/build_key',
      output_directory: '/private/results',
      console_log: '/private/console.log',
      disk_mb: 4096,
      memory_mb: 2048,
      cpus: 2,
      cpu_model: 'host',
      accelerator: 'kvm',
      uefi_firmware: '/ovmf/OVMF.fd',
      timeout: '30m',
    });
  });

  it('take one plain processor and more patience where it is emulated', () => {
    expect(variables('tcg')).toMatchObject({ cpus: 1, cpu_model: 'qemu64', timeout: '3h' });
  });
});

describe('a disk that Packer fills', () => {
  it('has whole GiB, with room for the overlay while it is unpacked', () => {
    expect(packerDiskBytes(2304 * 2 ** 20, 2 ** 20)).toBe(4 * 2 ** 30);
    expect(packerDiskBytes(3 * 2 ** 30, 0)).toBe(4 * 2 ** 30);
    expect(packerDiskBytes(3 * 2 ** 30, 2 ** 30)).toBe(6 * 2 ** 30);
  });
});

describe('what Packer makes', () => {
  it('lies where the template puts it', () => {
    expect(packerResults('lab', 'uefi')).toEqual({
      box: 'lab.uefi.box',
      boxChecksum: 'lab.uefi.box.sha256',
      disk: { path: 'uefi/lab.qcow2', checksum: 'lab.uefi.sha256' },
    });
    expect(packerResults('lab', 'virtualbox')).toMatchObject({ box: 'lab.vendor.box', disk: null });
  });
});

describe("Packer's seed", () => {
  it('lets in one user with one key, and installs nothing', () => {
    const { userData, metaData } = packerSeed('ssh-ed25519 AAAA dlimage packer');
    expect(userData.split('\n')[0]).toBe('#cloud-config');
    expect(parse(userData)).toMatchObject({
      users: [
        {
          name: 'dlimage-packer',
          lock_passwd: true,
          ssh_authorized_keys: ['ssh-ed25519 AAAA dlimage packer'],
        },
      ],
      package_update: false,
      preserve_hostname: true,
    });
    expect(parse(metaData)).toEqual({ 'instance-id': 'dlimage-packer' });
  });
});

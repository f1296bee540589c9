import { describe, expect, it } from 'vitest';
import { planDiskLayout } from '../../../../builder/base/host/disk-layout.ts';

const mebibyte = 1024 * 1024;
const sizes = { imageSizeMb: 1024, bootSizeMb: 64 };
const key = 'ab'.repeat(32);

describe('planDiskLayout', () => {
  it('gives a PC a BIOS boot partition, an ESP and the root last, within a GPT', () => {
    const { table, partitions, sizeBytes } = planDiskLayout(
      { platform: 'pc', architecture: 'amd64' },
      sizes,
      key,
    );
    expect(table).toBe('gpt');
    expect(
      partitions.map(({ number, role, offsetBytes, sizeBytes: size }) => [
        number,
        role,
        offsetBytes / mebibyte,
        size / mebibyte,
      ]),
    ).toEqual([
      [1, 'loader', 1, 1],
      [2, 'boot', 2, 64],
      [3, 'root', 66, 957],
    ]);
    expect(sizeBytes).toBe(1024 * mebibyte);
  });

  it('gives a Raspberry Pi an MBR whose root reaches to the end', () => {
    const { table, partitions } = planDiskLayout(
      { platform: 'raspberry-pi', architecture: 'arm64' },
      sizes,
      key,
    );
    expect(table).toBe('mbr');
    expect(
      partitions.map(({ role, offsetBytes, sizeBytes }) => [
        role,
        offsetBytes / mebibyte,
        sizeBytes / mebibyte,
      ]),
    ).toEqual([
      ['boot', 1, 64],
      ['root', 65, 959],
    ]);
  });

  it('makes the same disk of the same key, and another of another', () => {
    const target = { platform: 'uefi', architecture: 'arm64' } as const;
    const layout = planDiskLayout(target, sizes, key);
    expect(planDiskLayout(target, sizes, key)).toEqual(layout);
    const other = planDiskLayout(target, sizes, 'cd'.repeat(32));
    expect(other.partitions.map(({ uuid }) => uuid)).not.toEqual(layout.partitions.map(({ uuid }) => uuid));
    expect(other.sfdiskScript).not.toBe(layout.sfdiskScript);
  });

  it('makes UUIDs of version 8 and variant 1', () => {
    const { partitions, hashSeed } = planDiskLayout({ platform: 'uefi', architecture: 'arm64' }, sizes, key);
    const form = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    expect(partitions.find(({ role }) => role === 'root')?.uuid).toMatch(form);
    expect(hashSeed).toMatch(form);
  });
});

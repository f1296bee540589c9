import { describe, expect, it } from 'vitest';
import { winningSeed, type SeedPlace } from '../../../builder/image/winning-seed.ts';

const files = ['user-data', 'meta-data'];
const directory: SeedPlace = { on: 'root', isBoot: false, label: 'dlroot', files };
const boot: SeedPlace = { on: 'fat', isBoot: true, label: 'CIDATA', files };
const firmware: SeedPlace = { on: 'fat', isBoot: true, label: 'bootfs', files };

describe('the seed that wins', () => {
  it('is the one with the label, before that of the directory', () => {
    expect(winningSeed([], [directory, boot])).toBe(boot);
    expect(winningSeed([], [directory, firmware])).toBe(directory);
    expect(winningSeed(['datasource: {NoCloud: {fs_label: bootfs}}'], [directory, firmware])).toBe(firmware);
  });

  it('is the one that seedfrom names, before all others', () => {
    const settings = ['datasource: {NoCloud: {seedfrom: "file:///boot/firmware"}}'];
    expect(winningSeed(settings, [directory, firmware])).toBe(firmware);
  });

  it('is that of the directory where the last file says null, as dlimage does', () => {
    const settings = [
      'datasource: {NoCloud: {seedfrom: "file:///boot/firmware", fs_label: bootfs}}',
      '{',
      'datasource: {NoCloud: {seedfrom: null, fs_label: null}}',
      'locale: false',
    ];
    expect(winningSeed(settings, [directory, firmware, boot])).toBe(directory);
  });

  it('is complete', () => {
    const half = { ...boot, files: ['user-data', 'network-config'] };
    expect(winningSeed([], [directory, half])).toBe(directory);
    expect(winningSeed([], [half])).toBeUndefined();
  });
});

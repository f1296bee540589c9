import { describe, expect, it } from 'vitest';
import { identityChanges, diskIdentity, sameDisk } from '../../../builder/flash/same-disk.ts';
import { diskOf } from './support/machine.ts';
import { sdSlot, twoReaders, usbStick } from './support/recorded-lsblk.ts';

const digest = 'ab'.repeat(32);

describe('the identity of a disk', () => {
  it('is told apart by the slot, where readers are of one make and cards hold the same', () => {
    const [one, other] = ['sdc', 'sde'].map((name) => diskIdentity(diskOf(twoReaders, name), digest));
    expect(identityChanges(one!, other!)).toEqual([
      'its serial number was 000000000819 and is 000000000820',
      'its slot was 4:0:0:0 and is 5:0:0:0',
    ]);
    const sameReader = diskIdentity({ ...diskOf(twoReaders, 'sdc'), slot: '4:0:0:1' }, digest);
    expect(identityChanges(one!, sameReader)).toEqual(['its slot was 4:0:0:0 and is 4:0:0:1']);
  });

  it('is told apart by the number of the card, where its slot shows it', () => {
    const before = diskIdentity(diskOf(sdSlot, 'mmcblk0'), digest);
    expect(identityChanges(before, { ...before, cid: '03534453' })).toEqual([
      'its card number (CID) was aa585451454d5521 and is 03534453',
    ]);
  });

  it('is told apart by size, first MiB, and the count of the kernel where there is one', () => {
    const before = { ...diskIdentity(diskOf(usbStick, 'sda'), digest), sequence: 12 };
    expect(sameDisk(before, { ...before })).toBe(true);
    expect(identityChanges(before, { ...before, sizeBytes: 16e9 })).toEqual([
      'its size was 32000000000 and is 16000000000',
    ]);
    expect(identityChanges(before, { ...before, sequence: 13 })).toEqual([
      'it was taken out, or its card was',
    ]);
    expect(sameDisk(before, { ...before, sequence: null })).toBe(true);
    expect(identityChanges(before, { ...before, firstMebibyteSha256: 'cd'.repeat(32) })).toEqual([
      'its first MiB is another one',
    ]);
  });

  it('is not proven by a first MiB that nobody could read', () => {
    const unread = diskIdentity(diskOf(usbStick, 'sda'), null);
    expect(sameDisk(unread, unread)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { parseExtSuperblock } from '../../../builder/image/ext-superblock.ts';

function superblock(fields: Record<number, number> = {}): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.writeUInt16LE(0xef53, 0x38);
  bytes.writeUInt32LE(1, 0x4c);
  for (const [position, value] of Object.entries(fields)) bytes.writeUInt32LE(value, Number(position));
  return bytes;
}

describe('parseExtSuperblock', () => {
  it('takes no other bytes for a superblock', () => {
    expect(parseExtSuperblock(Buffer.alloc(1024))).toBeNull();
  });

  it('tells ext2, ext3 and ext4 apart by their features', () => {
    expect(parseExtSuperblock(superblock())?.kind).toBe('ext2');
    expect(parseExtSuperblock(superblock({ 0x5c: 0x4 }))?.kind).toBe('ext3');
    expect(parseExtSuperblock(superblock({ 0x5c: 0x4, 0x60: 0x40 }))?.kind).toBe('ext4');
    expect(parseExtSuperblock(superblock({ 0x64: 0x400 }))?.kind).toBe('ext4');
    expect(parseExtSuperblock(superblock({ 0x5c: 0x4, 0x60: 0x4 }))?.kind).toBe('ext3');
  });

  it('reads the high halves of counters only where they exist', () => {
    const counters = { 0x4: 10, 0xc: 5, 0x150: 1, 0x158: 1, 0x18: 2 };
    expect(parseExtSuperblock(superblock(counters))).toMatchObject({
      blocks: 10,
      freeBlocks: 5,
      blockSize: 4096,
    });
    expect(parseExtSuperblock(superblock({ ...counters, 0x60: 0x80 }))).toMatchObject({
      blocks: 2 ** 32 + 10,
      freeBlocks: 2 ** 32 + 5,
    });
  });

  it('sees what forbids writing', () => {
    const clean = { needsRecovery: false, hasOrphans: false, hasErrors: false, readOnly: false };
    expect(parseExtSuperblock(superblock())).toMatchObject(clean);
    expect(parseExtSuperblock(superblock({ 0x60: 0x4 }))).toMatchObject({ ...clean, needsRecovery: true });
    expect(parseExtSuperblock(superblock({ 0x64: 0x10000 }))).toMatchObject({ ...clean, hasOrphans: true });
    expect(parseExtSuperblock(superblock({ 0xe8: 77 }))).toMatchObject({ ...clean, hasOrphans: true });
    expect(parseExtSuperblock(superblock({ 0x38: 0x0002ef53 }))).toMatchObject({ ...clean, hasErrors: true });
    expect(parseExtSuperblock(superblock({ 0x64: 0x1000 }))).toMatchObject({ ...clean, readOnly: true });
    expect(parseExtSuperblock(superblock({ 0x64: 0x4000 }))).toMatchObject({ ...clean, readOnly: true });
  });

  it('knows that the first revision had inodes of 128 bytes', () => {
    expect(parseExtSuperblock(superblock({ 0x58: 256 }))?.inodeSize).toBe(256);
    expect(parseExtSuperblock(superblock({ 0x58: 256, 0x4c: 0 }))?.inodeSize).toBe(128);
  });
});

/** Source: lib/format_text/layout.h of LVM2: label_header with its checksum, and a pv_header. */
export function lvmLabel(): Buffer {
  const label = Buffer.alloc(512);
  label.write('LABELONE', 0, 'latin1');
  label.writeBigUInt64LE(1n, 8);
  label.writeUInt32LE(32, 20);
  label.write('LVM2 001', 24, 'latin1');
  label.write('0123456789abcdefghijklmnopqrstuv', 32, 'latin1');
  label.writeUInt32LE(lvmChecksum(label.subarray(20)), 16);
  return label;
}

/** CRC-32 without its last inversion, from a start of its own. */
function lvmChecksum(bytes: Buffer): number {
  let value = 0xf597a6cf;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value >>> 0;
}

/** Source: md_p.h of Linux: mdp_superblock_1 with its checksum, which lies at this sector. */
export function raidSuperblock(sector: number): Buffer {
  const superblock = Buffer.alloc(256);
  superblock.writeUInt32LE(0xa92b4efc, 0);
  superblock.writeUInt32LE(1, 4);
  superblock.fill(7, 16, 32);
  superblock.write('test:0', 32, 'latin1');
  superblock.writeUInt32LE(2, 0x5c);
  superblock.writeBigUInt64LE(BigInt(sector), 0x90);
  let sum = 0n;
  for (let offset = 0; offset < 256; offset += 4) sum += BigInt(superblock.readUInt32LE(offset));
  superblock.writeUInt32LE(Number(((sum & 0xffffffffn) + (sum >> 32n)) & 0xffffffffn), 0xd8);
  return superblock;
}

import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../builder/image/crc32c.ts';
import { identityEdits } from '../../../../builder/image/packing/disk-identity.ts';

describe('crc32c', () => {
  it('is that of RFC 3720, B.4', () => {
    expect(crc32c(Buffer.alloc(32)).toString(16)).toBe('8a9136aa');
    expect(crc32c(Buffer.alloc(32, 0xff)).toString(16)).toBe('62a8ab43');
  });
});

describe('the id of a converted disk', () => {
  const id = Buffer.from('0123456789abcdef'.repeat(4), 'hex');

  it('takes the place of the one in the descriptor of a VMDK, whatever its length', () => {
    const head = Buffer.alloc(4096);
    head.write('KDMV', 0, 'latin1');
    head.writeBigUInt64LE(1n, 28);
    head.writeBigUInt64LE(2n, 36);
    head.write('version=1\nCID=abc\nparentCID=ffffffff\n', 512, 'latin1');
    const [edit] = identityEdits('vmdk', head, id);
    expect(edit?.offsetBytes).toBe(512);
    expect(edit?.bytes.length).toBe(1024);
    expect(edit?.bytes.toString('latin1').replaceAll('\0', '')).toBe(
      'version=1\nCID=01234567\nparentCID=ffffffff\n',
    );
  });

  it('is refused to a file that is something else', () => {
    for (const kind of ['vmdk', 'vdi', 'vhdx'] as const)
      expect(() => identityEdits(kind, Buffer.alloc(1024), id)).toThrow(/begins with|no VDI/);
  });
});
